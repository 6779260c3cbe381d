//! Somebody who opens pages again and again.

use std::path::Path;
use std::time::{Duration, Instant};

use daiban_domain::organ::OrganCode;
use daiban_node::accounts::{NewAccount, Role};
use daiban_node::shell::AccountChange;

use super::{BenchError, percentile};
use crate::client::Client;

const PASSWORD: &str = "bench-only-password";

/// Signed in at the pages of a node that runs.
pub(super) struct Browser {
    agent: ureq::Agent,
    base: String,
    loads: u32,
}

/// How long a page took, each time it was loaded.
pub(super) struct Loads {
    pub(super) first_byte: Vec<Duration>,
    pub(super) whole: Vec<Duration>,
    pub(super) text: String,
}

impl Browser {
    /// With a new account of these roles; an officer needs an organ.
    pub(super) fn sign_in(
        data: &Path,
        id: &str,
        roles: &[Role],
        organ: Option<OrganCode>,
    ) -> Result<Self, BenchError> {
        let client = Client::open(data)?;
        let account = NewAccount {
            id: id.into(),
            name: id.into(),
            roles: roles.to_vec(),
            organ,
            password: PASSWORD.into(),
        };
        client.post("/v1/accounts", &AccountChange::Add(account))?;
        let base = format!("http://{}", client.address());
        let agent: ureq::Agent = ureq::Agent::config_builder().proxy(None).build().into();
        let typed = [("id", id), ("password", PASSWORD), ("next", "/me")];
        agent.post(format!("{base}/sign-in")).send_form(typed).map_err(BenchError::other)?;
        Ok(Self { agent, base, loads: 0 })
    }

    /// Opens a page so many times, each time as if from another address: what everybody may read,
    /// one address may not read so fast.
    pub(super) fn load(&mut self, path: &str, times: usize) -> Result<Loads, BenchError> {
        let (mut first_byte, mut whole, mut text) = (Vec::new(), Vec::new(), String::new());
        for _ in 0..times {
            self.loads += 1;
            let address = std::net::Ipv4Addr::from(0x0a00_0000 + self.loads).to_string();
            let request = self.agent.get(format!("{}{path}", self.base));
            let request = request.header("x-forwarded-for", address);
            let began = Instant::now();
            let response = request.call().map_err(BenchError::other)?;
            first_byte.push(began.elapsed());
            text = response.into_body().read_to_string().map_err(BenchError::other)?;
            whole.push(began.elapsed());
        }
        Ok(Loads { first_byte, whole, text })
    }
}

impl Loads {
    /// Of the first byte, the time below which this share lies.
    pub(super) fn first_byte(&mut self, percent: usize) -> Duration {
        percentile(&mut self.first_byte, percent)
    }
}
