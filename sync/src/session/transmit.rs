//! What goes out on the control lane: first what waits to be said, then answers to fetches, then
//! runs.

use super::{Event, Session, Source, push};
use crate::error::SessionError;
use crate::frame::Frame;

/// Bytes that one call of [`Session::poll_transmit`] gathers before it returns.
const TRANSMIT_BYTES: usize = 256 * 1024;

impl Session {
    pub(super) fn transmit_control(
        &mut self,
        source: &dyn Source,
    ) -> Result<Option<Vec<u8>>, SessionError> {
        let (mut unpacked, mut frames) = (0, 0);
        while unpacked.max(self.encoder.waiting()) < TRANSMIT_BYTES
            && let Some(frame) = self.next_frame(source)
        {
            if let Frame::Run(run) | Frame::Fetched(_, Some(run)) = &frame {
                unpacked += usize::try_from(run.weight()).unwrap_or(usize::MAX);
            }
            self.encoder.push(&frame)?;
            frames += 1;
        }
        Ok((frames > 0).then(|| self.encoder.take()))
    }

    fn next_frame(&mut self, source: &dyn Source) -> Option<Frame> {
        if let Some(frame) = self.outbox.next() {
            return Some(frame);
        }
        if let Some((log, from)) = self.asked.pop_front() {
            return Some(Frame::Fetched(log, source.read_run(log, from)));
        }
        match self.push.next(source)? {
            push::Next::Run(run) => Some(Frame::Run(run)),
            push::Next::Diverged { log, ours, theirs } => {
                self.events.push_back(Event::Diverged { log, theirs });
                Some(Frame::Diverged { log, at: ours })
            }
        }
    }
}
