//! Many commands in one request: a line each in, a line each out, in order and when durable.

use std::collections::VecDeque;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use daiban_domain::words;
use serde::Serialize;
use tokio::sync::{mpsc, oneshot};
use tokio_stream::wrappers::ReceiverStream;

use super::Handle;
use super::admin::Served;
use crate::replica::{Answer, Command, Refusal, RefusalKind};

/// Commands on their way at the same time: enough to fill a group commit.
const IN_FLIGHT_MAX: usize = 1_024;
/// Answers that may wait for a slow reader.
const LINES_MAX: usize = 256;

/// One line of the answer.
#[derive(Serialize)]
struct Line<'a> {
    /// The line of the request, from 1.
    line: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    answer: Option<&'a Answer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refusal: Option<&'a Refusal>,
}

type Pending = Result<oneshot::Receiver<Result<Answer, Refusal>>, Refusal>;

pub(super) async fn take(State(served): State<Served>, body: Bytes) -> Response {
    let (lines, out) = mpsc::channel(LINES_MAX);
    tokio::spawn(async move {
        // The reader may go at any time; what it was not told is saved all the same.
        let _ = run(served.handle, &body, &lines).await;
    });
    Body::from_stream(ReceiverStream::new(out)).into_response()
}

async fn run(
    handle: Handle,
    body: &[u8],
    lines: &mpsc::Sender<Result<Bytes, std::io::Error>>,
) -> Option<()> {
    let mut pending: VecDeque<(usize, Pending)> = VecDeque::new();
    for (index, text) in body.split(|&byte| byte == b'\n').enumerate() {
        if text.trim_ascii().is_empty() {
            continue;
        }
        while pending.len() >= IN_FLIGHT_MAX {
            tell_first(&mut pending, lines).await?;
        }
        let submitted = match serde_json::from_slice::<Command>(text) {
            Ok(command) => Ok(handle.submit(command).await?),
            Err(error) => Err(unreadable(&error)),
        };
        pending.push_back((index + 1, submitted));
    }
    while !pending.is_empty() {
        tell_first(&mut pending, lines).await?;
    }
    Some(())
}

async fn tell_first(
    pending: &mut VecDeque<(usize, Pending)>,
    lines: &mpsc::Sender<Result<Bytes, std::io::Error>>,
) -> Option<()> {
    let (line, submitted) = pending.pop_front()?;
    let result = match submitted {
        Ok(answer) => answer.await.ok()?,
        Err(refusal) => Err(refusal),
    };
    let said = Line { line, answer: result.as_ref().ok(), refusal: result.as_ref().err() };
    let mut text = serde_json::to_vec(&said).ok()?;
    text.push(b'\n');
    lines.send(Ok(text.into())).await.ok()
}

fn unreadable(error: &serde_json::Error) -> Refusal {
    Refusal::new(
        RefusalKind::Input,
        words::line_is_no_command(&error.to_string()),
        words::mend_line(),
    )
}
