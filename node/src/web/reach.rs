//! What pages reach beside the replica: the desk that invites, the links as the transport sees
//! them, and what carries bundles.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use daiban_sync::id::OfficeCode;

use crate::identity::Desk;
use crate::shell::{Carrier, RenewNow, SharedTransport};
use crate::transport::LinkStats;

#[derive(Clone)]
pub(crate) struct Reach {
    desk: Arc<Mutex<Desk>>,
    transport: SharedTransport,
    carrier: Carrier,
    renew_now: RenewNow,
    invitation_hours: u64,
}

impl Reach {
    pub(crate) fn new(
        (desk, transport): (Arc<Mutex<Desk>>, SharedTransport),
        carrier: Carrier,
        renew_now: RenewNow,
        invitation_hours: u64,
    ) -> Self {
        Self { desk, transport, carrier, renew_now, invitation_hours }
    }

    pub(super) fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn carrier(&self) -> Carrier {
        self.carrier.clone()
    }

    pub(super) fn renew_now(&self) -> &RenewNow {
        &self.renew_now
    }

    /// How long an invitation holds unless somebody says otherwise.
    pub(super) fn invitation_hours(&self) -> u64 {
        self.invitation_hours
    }

    /// How the link to an office does, if there is one.
    pub(super) fn quality(&self, office: OfficeCode) -> Option<LinkStats> {
        let transport = self.transport.lock().unwrap_or_else(PoisonError::into_inner);
        let links = transport.as_ref()?.all_stats();
        links.into_iter().find(|(_, peer, _)| peer.office == office).map(|(.., stats)| stats)
    }
}
