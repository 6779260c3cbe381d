//! Which office above to talk to: the nearest that answers.

use daiban_sync::id::{Millis, OfficeCode};

use super::io::{LinkId, Timing};

/// One office above.
struct Ancestor {
    office: OfficeCode,
    addresses: Vec<String>,
    state: State,
    failures: u32,
    /// Since when it has not been heard of.
    silent_since: Millis,
}

/// The legal moves: `Resting` → `Dialing` → `Up` or `Resting`; `Up` → `Resting`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Resting { until: Millis },
    Dialing,
    Up { link: LinkId },
}

/// The way up.
pub(super) struct Upstream {
    ancestors: Vec<Ancestor>,
    timing: Timing,
}

impl Upstream {
    pub(super) fn new(now: Millis, offices: &[(OfficeCode, Vec<String>)], timing: Timing) -> Self {
        let ancestor = |(office, addresses): &(OfficeCode, Vec<String>)| Ancestor {
            office: *office,
            addresses: addresses.clone(),
            state: State::Resting { until: now },
            failures: 0,
            silent_since: now,
        };
        Self { ancestors: offices.iter().map(ancestor).collect(), timing }
    }

    /// What to dial now: the parent when it has rested, and the next ancestor when everybody
    /// nearer has been silent for long.
    pub(super) fn dial(&mut self, now: Millis) -> Vec<(OfficeCode, Vec<String>)> {
        let mut dials = Vec::new();
        for ancestor in &mut self.ancestors {
            if matches!(ancestor.state, State::Resting { until } if until <= now) {
                ancestor.state = State::Dialing;
                dials.push((ancestor.office, ancestor.addresses.clone()));
            }
            let silent = now.since(ancestor.silent_since) >= self.timing.fallback_ms;
            if matches!(ancestor.state, State::Up { .. }) || !silent {
                break;
            }
        }
        dials
    }

    /// A connection to an office above is up; gives the links that it makes needless.
    pub(super) fn connected(
        &mut self,
        now: Millis,
        office: OfficeCode,
        link: LinkId,
    ) -> Vec<LinkId> {
        let Some(place) = self.ancestors.iter().position(|a| a.office == office) else {
            return Vec::new();
        };
        let before = std::mem::replace(&mut self.ancestors[place].state, State::Up { link });
        self.ancestors[place].silent_since = now;
        let farther = self.ancestors[place + 1..].iter().map(|a| a.state);
        let needless = farther.chain([before]).filter_map(|state| match state {
            State::Up { link } => Some(link),
            _ => None,
        });
        needless.filter(|&other| other != link).collect()
    }

    /// The peer has greeted, so it is really there: the next failure begins with a short rest.
    pub(super) fn greeted(&mut self, office: OfficeCode) {
        if let Some(ancestor) = self.ancestors.iter_mut().find(|a| a.office == office) {
            ancestor.failures = 0;
        }
    }

    /// The connection is gone, or never came up.
    pub(super) fn lost(
        &mut self,
        now: Millis,
        office: OfficeCode,
        link: Option<LinkId>,
        random: u64,
    ) {
        let Some(ancestor) = self.ancestors.iter_mut().find(|a| a.office == office) else { return };
        match (ancestor.state, link) {
            (State::Up { link: up }, Some(lost)) if up == lost => ancestor.silent_since = now,
            (State::Dialing, None) => {}
            _ => return,
        }
        let rest = backoff(&self.timing, ancestor.failures, random);
        ancestor.failures = ancestor.failures.saturating_add(1);
        ancestor.state = State::Resting { until: now.plus(rest) };
    }

    /// The office asked us to come back later.
    pub(super) fn rest(&mut self, now: Millis, office: OfficeCode, rest_ms: u64) {
        if let Some(ancestor) = self.ancestors.iter_mut().find(|a| a.office == office) {
            ancestor.state = State::Resting { until: now.plus(rest_ms) };
        }
    }

    /// We ended a connection in order to begin anew: nothing speaks for a rest.
    pub(super) fn dial_again(&mut self, now: Millis, office: OfficeCode) {
        if let Some(ancestor) = self.ancestors.iter_mut().find(|a| a.office == office)
            && let State::Resting { until } = &mut ancestor.state
        {
            *until = now.min(*until);
        }
    }

    /// Somebody wants to sync now.
    pub(super) fn hurry(&mut self, now: Millis) {
        for ancestor in &mut self.ancestors {
            if let State::Resting { until } = &mut ancestor.state {
                *until = now.min(*until);
            }
        }
    }

    /// The clock was set back to `now`: nobody waits for a moment of the time that it showed before.
    pub(super) fn set_back(&mut self, now: Millis) {
        self.hurry(now);
        for ancestor in &mut self.ancestors {
            ancestor.silent_since = now.min(ancestor.silent_since);
        }
    }

    /// When, after `now`, [`Upstream::dial`] has something to do next.
    pub(super) fn wake_at(&self, now: Millis) -> Option<Millis> {
        let mut soonest = None;
        let mut sooner = |at: Millis| soonest = Some(soonest.map_or(at, |s: Millis| s.min(at)));
        for ancestor in &self.ancestors {
            if let State::Resting { until } = ancestor.state {
                sooner(until);
            }
            if matches!(ancestor.state, State::Up { .. }) {
                break;
            }
            let fallback = ancestor.silent_since.plus(self.timing.fallback_ms);
            if fallback > now {
                sooner(fallback);
                break;
            }
        }
        soonest
    }
}

/// Exponential, with half of it random.
fn backoff(timing: &Timing, failures: u32, random: u64) -> u64 {
    let full =
        timing.backoff_ms_min.saturating_mul(1 << failures.min(16)).min(timing.backoff_ms_max);
    full / 2 + random % (full / 2 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offices() -> Vec<(OfficeCode, Vec<String>)> {
        [330_382_001_000, 330_382_000_000]
            .map(|code| (OfficeCode::new(code).unwrap(), vec![format!("{code}:1")]))
            .to_vec()
    }

    fn timing() -> Timing {
        Timing {
            backoff_ms_min: 1_000,
            backoff_ms_max: 8_000,
            fallback_ms: 30_000,
            ..Timing::default()
        }
    }

    #[test]
    fn the_next_ancestor_is_dialled_when_the_parent_is_silent_and_dropped_when_it_returns() {
        let offices = offices();
        let (town, county) = (offices[0].0, offices[1].0);
        let mut up = Upstream::new(Millis(0), &offices, timing());
        let mut now = Millis(0);
        let mut dialled = Vec::new();
        while now < Millis(60_000) {
            for (office, _) in up.dial(now) {
                dialled.push((now, office));
                up.lost(now, office, None, 0);
            }
            now = up.wake_at(now).unwrap().max(now.plus(1));
        }
        let first_county = dialled.iter().find(|(_, o)| *o == county).unwrap().0;
        assert_eq!(first_county, Millis(30_000));
        assert!(dialled.iter().any(|(at, o)| *o == town && *at > first_county));

        assert!(up.connected(now, county, LinkId(1)).is_empty());
        assert_eq!(up.connected(now, town, LinkId(2)), [LinkId(1)]);
    }

    #[test]
    fn whoever_begins_anew_does_not_rest_first() {
        let offices = offices();
        let (town, now) = (offices[0].0, Millis(5));
        let mut up = Upstream::new(now, &offices, timing());
        assert_eq!(up.dial(now).len(), 1);
        up.connected(now, town, LinkId(1));
        up.lost(now, town, Some(LinkId(1)), 0);
        assert!(up.dial(now).is_empty());
        up.dial_again(now, town);
        assert_eq!(up.dial(now).len(), 1);
    }

    #[test]
    fn nobody_waits_for_a_time_that_a_wrong_clock_showed() {
        let offices = offices();
        let year = 365 * 86_400_000;
        let mut up = Upstream::new(Millis(year), &offices, timing());
        for (office, _) in up.dial(Millis(year)) {
            up.lost(Millis(year), office, None, 0);
        }
        assert!(up.dial(Millis(7)).is_empty());
        up.set_back(Millis(7));
        assert_eq!(up.dial(Millis(7)).len(), 1);
        assert!(up.wake_at(Millis(7)).unwrap() < Millis(60_000));
    }

    #[test]
    fn rests_grow_and_stay_within_bounds() {
        for failures in 0..40 {
            for random in [0, 1, 999, u64::MAX] {
                let rest = backoff(&timing(), failures, random);
                assert!((500..=8_000).contains(&rest), "{failures} {random}: {rest}");
            }
        }
    }
}
