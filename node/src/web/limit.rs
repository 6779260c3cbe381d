//! How often one address may ask the pages that are open to everybody, in bounded memory.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use daiban_sync::id::Millis;

/// What an address may spend at once; a second gives one back.
const BURST: u64 = 60;
/// Addresses that are remembered. When all are busy, new ones share what is left of one.
const ADDRESSES_MAX: usize = 4_096;

/// What a page costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Price {
    /// It is the same for everybody.
    Reading = 1,
    /// It tells of a case, or writes to it: nobody tries out numbers.
    Asking = 6,
}

/// What each address has spent, as the time at which it will have it all back.
#[derive(Default)]
pub(super) struct Limit(Mutex<BTreeMap<IpAddr, Millis>>);

impl Limit {
    /// Takes the price from what an address has.
    ///
    /// # Errors
    /// The seconds after which it has enough again.
    pub(super) fn spend(&self, now: Millis, who: IpAddr, price: Price) -> Result<(), u64> {
        let mut whole_at = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut who = network(who);
        if whole_at.len() >= ADDRESSES_MAX && !whole_at.contains_key(&who) {
            whole_at.retain(|_, at| *at > now);
            if whole_at.len() >= ADDRESSES_MAX {
                who = IpAddr::from([0, 0, 0, 0]);
            }
        }
        let owed = whole_at.get(&who).map_or(0, |at| at.since(now));
        let after = owed + price as u64 * 1_000;
        if after > BURST * 1_000 {
            return Err((after - BURST * 1_000).div_ceil(1_000));
        }
        whole_at.insert(who, now.plus(after));
        Ok(())
    }
}

/// A household has a whole /64 of IPv6.
fn network(who: IpAddr) -> IpAddr {
    match who {
        IpAddr::V6(address) => (u128::from(address) >> 64 << 64).to_be_bytes().into(),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_burst_and_gets_it_back() {
        let (limit, now) = (Limit::default(), Millis(1_000_000));
        let who = IpAddr::from([10, 0, 0, 1]);
        let asked = (0..100).take_while(|_| limit.spend(now, who, Price::Asking).is_ok()).count();
        assert_eq!(asked, 10);
        assert_eq!(limit.spend(now, who, Price::Asking), Err(6));
        assert!(limit.spend(now, IpAddr::from([10, 0, 0, 2]), Price::Asking).is_ok());
        assert!(limit.spend(now.plus(6_000), who, Price::Asking).is_ok());
    }

    #[test]
    fn memory_is_bounded_whoever_asks() {
        let (limit, now) = (Limit::default(), Millis(1_000_000));
        let address = |at: u32| IpAddr::from(at.to_be_bytes());
        let asked = (1..20_000).filter(|at| limit.spend(now, address(*at), Price::Reading).is_ok());
        assert_eq!(asked.count() as u64, ADDRESSES_MAX as u64 + BURST);
        assert!(limit.0.lock().unwrap().len() <= ADDRESSES_MAX + 1);
        assert!(limit.spend(now.plus(61_000), address(20_001), Price::Reading).is_ok());
    }

    #[test]
    fn a_household_is_one_address() {
        let limit = Limit::default();
        let spend = |host: u16| {
            limit.spend(
                Millis(0),
                IpAddr::from([0x2001, 0xdb8, 0, 1, 0, 0, 0, host]),
                Price::Asking,
            )
        };
        assert_eq!((0..100).take_while(|host| spend(*host).is_ok()).count(), 10);
    }
}
