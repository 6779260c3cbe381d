//! How well a road keeps what it promises: what is to become of each packet beside what became of
//! it.

use std::net::UdpSocket;
use std::time::{Duration, Instant};

use serde::Serialize;
use serde_json::Value;

use super::{BenchError, micros, millis, percentile};
use crate::relay::{Burst, Lane, Relay, Weather, forecast};

const MS: Duration = Duration::from_millis(1);
/// What a road draws from; any seed does.
const SEED: u64 = 7;
/// Of QUIC's usual length.
const PACKET_BYTES: usize = 1_200;
/// After the last packet is due, nothing more is waited for than this.
const SILENCE: Duration = Duration::from_millis(500);

/// A road and what is sent over it.
struct Trial {
    road: &'static str,
    lane: Lane,
    packets: u32,
    every: Duration,
}

/// What was planned, and what was seen.
#[derive(Serialize)]
pub(super) struct Row {
    road: &'static str,
    packets: u32,
    lost: [usize; 2],
    twice: [usize; 2],
    overtaken: [usize; 2],
    delay_p50_ms: [Value; 2],
    delay_p99_ms: [Value; 2],
    late_p50_ms: Value,
    late_p99_ms: Value,
    /// Of roads that have a rate.
    kbps: Option<[u64; 2]>,
}

/// Where a packet arrives, after the first was sent; some of them twice.
type Arrivals = Vec<(usize, Duration)>;

pub(super) fn run() -> Result<Vec<Row>, BenchError> {
    trials().iter().map(measure).collect()
}

fn trials() -> Vec<Trial> {
    let steady = |road, lane| Trial { road, lane, packets: 1_000, every: 2 * MS };
    let clear = Lane::CLEAR;
    let burst = Some(Burst { begins_ppm: 10_000, ends_ppm: 200_000 });
    let rate = |road, kbps| Trial {
        road,
        lane: Lane { kbps: Some(kbps), queue: 10_000 * MS, ..clear },
        packets: 200,
        every: MS / 2,
    };
    vec![
        steady("nothing", clear),
        steady("delay 12 ms", Lane { delay: 12 * MS, ..clear }),
        steady("delay 50 ms", Lane { delay: 50 * MS, ..clear }),
        steady("delay 300 ms", Lane { delay: 300 * MS, ..clear }),
        steady("delay 60 ms, jitter 90 ms", Lane { delay: 60 * MS, jitter: 90 * MS, ..clear }),
        steady("loss 2 %", Lane { loss_ppm: 20_000, ..clear }),
        steady("loss 2 % in bursts", Lane { loss_ppm: 20_000, burst, ..clear }),
        steady(
            "5 % overtaken, by 20 ms",
            Lane { reorder_ppm: 50_000, reorder_by: 20 * MS, ..clear },
        ),
        steady("3 % twice", Lane { duplicate_ppm: 30_000, ..clear }),
        rate("512 kbit/s", 512),
        rate("6 Mbit/s", 6_000),
    ]
}

fn measure(trial: &Trial) -> Result<Row, BenchError> {
    let (sent, seen) = travel(trial)?;
    let at = |n: usize| sent.get(n).copied().unwrap_or_default();
    let fates = forecast(&trial.lane, SEED, sent.iter().map(|sent| (*sent, PACKET_BYTES)));
    let fates = fates.iter().enumerate();
    let mut planned: Arrivals =
        fates.flat_map(|(n, fate)| fate.iter().flatten().map(move |at| (n, *at))).collect();
    planned.sort_by_key(|(_, at)| *at);
    let delays = |arrivals: &Arrivals| -> Vec<Duration> {
        first_of_each(arrivals).iter().map(|(n, arrived)| arrived.saturating_sub(at(*n))).collect()
    };
    let [mut told, mut found] = [delays(&planned), delays(&seen)];
    let mut late = lateness(&planned, &seen);
    let count = sent.len();
    Ok(Row {
        road: trial.road,
        packets: trial.packets,
        lost: [&planned, &seen].map(|arrivals| count - first_of_each(arrivals).len()),
        twice: [&planned, &seen].map(|arrivals| arrivals.len() - first_of_each(arrivals).len()),
        overtaken: [&planned, &seen].map(overtaken),
        delay_p50_ms: [&mut told, &mut found].map(|delays| millis(percentile(delays, 50))),
        delay_p99_ms: [&mut told, &mut found].map(|delays| millis(percentile(delays, 99))),
        late_p50_ms: millis(percentile(&mut late, 50)),
        late_p99_ms: millis(percentile(&mut late, 99)),
        kbps: trial.lane.kbps.map(|kbps| [kbps, rate(&seen)]),
    })
}

/// Sends the packets over a road; gives when each was sent and when it arrived.
fn travel(trial: &Trial) -> Result<(Vec<Duration>, Arrivals), BenchError> {
    let office = UdpSocket::bind("127.0.0.1:0")?;
    let road = Relay::start_in(office.local_addr()?, Weather::same(trial.lane), SEED)?;
    let village = UdpSocket::bind("127.0.0.1:0")?;
    village.connect(road.address())?;
    let began = Instant::now();
    let due = trial.lane.delay + trial.lane.jitter + trial.lane.takes(PACKET_BYTES) * trial.packets;
    let end = began + trial.every * trial.packets + due + SILENCE;
    std::thread::scope(|scope| {
        let hearing = scope.spawn(|| hear(&office, began, end));
        let sent = send(&village, trial, began)?;
        let heard =
            hearing.join().map_err(|_| BenchError::Other("the receiver failed".into()))??;
        Ok((sent, heard))
    })
}

fn send(socket: &UdpSocket, trial: &Trial, began: Instant) -> Result<Vec<Duration>, BenchError> {
    let mut packet = [0; PACKET_BYTES];
    let mut sent = Vec::new();
    for number in 0..trial.packets {
        std::thread::sleep((trial.every * number).saturating_sub(began.elapsed()));
        packet[..4].copy_from_slice(&number.to_le_bytes());
        sent.push(began.elapsed());
        socket.send(&packet)?;
    }
    Ok(sent)
}

fn hear(socket: &UdpSocket, began: Instant, end: Instant) -> Result<Arrivals, BenchError> {
    let mut packet = [0; PACKET_BYTES];
    let mut heard = Vec::new();
    loop {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(heard);
        }
        socket.set_read_timeout(Some(left))?;
        if socket.recv(&mut packet).is_ok_and(|len| len == PACKET_BYTES) {
            let [a, b, c, d, ..] = packet;
            heard.push((u32::from_le_bytes([a, b, c, d]) as usize, began.elapsed()));
        }
    }
}

/// Without the doubles.
fn first_of_each(arrivals: &Arrivals) -> Arrivals {
    let mut known = std::collections::BTreeSet::new();
    arrivals.iter().filter(|(number, _)| known.insert(*number)).copied().collect()
}

/// How many arrive after one that was sent later.
fn overtaken(arrivals: &Arrivals) -> usize {
    let mut latest = 0;
    let mut is_overtaken = |number: usize| {
        latest = latest.max(number);
        number < latest
    };
    first_of_each(arrivals).iter().filter(|(number, _)| is_overtaken(*number)).count()
}

/// By how much packets come later than planned.
fn lateness(planned: &Arrivals, seen: &Arrivals) -> Vec<Duration> {
    let planned: std::collections::BTreeMap<_, _> = first_of_each(planned).into_iter().collect();
    let late = |(number, at): (usize, Duration)| {
        planned.get(&number).map(|planned| at.saturating_sub(*planned))
    };
    first_of_each(seen).into_iter().filter_map(late).collect()
}

/// Bits a millisecond between the first and the last arrival.
fn rate(seen: &Arrivals) -> u64 {
    let (Some((_, first)), Some((_, last))) = (seen.first(), seen.last()) else { return 0 };
    let bits = 8 * PACKET_BYTES as u64 * (seen.len() as u64 - 1);
    bits * 1_000 / micros(*last - *first).max(1)
}

/// As markdown: planned / seen.
pub(super) fn table(rows: &[Row]) -> String {
    let mut lines = vec![
        "| road | packets | lost | twice | overtaken | delay p50, ms | delay p99, ms | later than planned p50 / p99, ms | kbit/s |".to_owned(),
        "|---|---|---|---|---|---|---|---|---|".to_owned(),
    ];
    lines.extend(rows.iter().map(|row| {
        let counts = |[planned, seen]: [usize; 2]| format!("{planned} / {seen}");
        let times = |[planned, seen]: &[Value; 2]| format!("{planned} / {seen}");
        let kbps = row.kbps.map_or_else(String::new, |[told, seen]| format!("{told} / {seen}"));
        format!(
            "| {} | {} | {} | {} | {} | {} | {} | {} / {} | {kbps} |",
            row.road,
            row.packets,
            counts(row.lost),
            counts(row.twice),
            counts(row.overtaken),
            times(&row.delay_p50_ms),
            times(&row.delay_p99_ms),
            row.late_p50_ms,
            row.late_p99_ms,
        )
    }));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packet_is_overtaken_once_and_counted_once() {
        let at = |number, ms| (number, MS * ms);
        let arrivals = vec![at(0, 1), at(2, 2), at(1, 3), at(2, 4), at(3, 5)];
        assert_eq!(overtaken(&arrivals), 1);
        assert_eq!(first_of_each(&arrivals).len(), 4);
    }

    #[test]
    fn a_road_loses_exactly_what_was_foretold() {
        let lane = Lane { loss_ppm: 200_000, ..Lane::CLEAR };
        let trial = Trial { road: "loss", lane, packets: 50, every: MS };
        let row = measure(&trial).unwrap();
        assert!(row.lost[0] > 0);
        assert_eq!(row.lost[0], row.lost[1]);
    }
}
