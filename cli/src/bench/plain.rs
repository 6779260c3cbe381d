//! What the protocol is measured against: `automerge::sync`, a session for each document, over the
//! same QUIC and saving to the same database; and QUIC alone.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use automerge::sync::{Message, State, SyncDoc as _};
use automerge::{Automerge, Change};
use quinn::{ClientConfig, Connection, Endpoint, ServerConfig};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::BenchError;

/// The documents of one side, as bytes: that is how a node would keep ten thousand of them.
pub(super) type Documents = Vec<Vec<u8>>;

/// What a transfer took.
pub(super) struct Took {
    pub(super) time: Duration,
    pub(super) sent_bytes: u64,
    pub(super) received_bytes: u64,
}

/// Documents from the changes of each.
pub(super) fn documents(changes: Vec<Vec<Vec<u8>>>) -> Result<Documents, BenchError> {
    let build = |changes: Vec<Vec<u8>>| -> Result<Vec<u8>, BenchError> {
        let mut document = Automerge::new();
        for change in changes {
            document
                .apply_changes([Change::try_from(change.as_slice()).map_err(BenchError::other)?])?;
        }
        Ok(document.save())
    };
    changes.into_iter().map(build).collect()
}

/// Syncs `from` to an empty side that saves to sled and flushes.
pub(super) async fn sync_documents(from: &Documents, folder: &Path) -> Result<Took, BenchError> {
    let (sender, receiver) = pair().await?;
    let database = sled::Config::new()
        .path(folder.join("plain"))
        .mode(sled::Mode::LowSpace)
        .cache_capacity(16 << 20)
        .flush_every_ms(None)
        .open()
        .map_err(BenchError::other)?;
    let began = Instant::now();
    let count = from.len();
    let serving = tokio::spawn(async move { receive(&receiver, count, &database).await });
    send(&sender, from).await?;
    serving.await.map_err(BenchError::other)??;
    Ok(took(began, &sender))
}

/// Sends `bytes` over QUIC alone until the other side has them.
pub(super) async fn raw_transfer(bytes: Vec<u8>) -> Result<Took, BenchError> {
    let (sender, receiver) = pair().await?;
    let began = Instant::now();
    let reading = tokio::spawn(async move {
        let (mut reply, mut stream) = receiver.accept_bi().await.map_err(BenchError::other)?;
        let got = stream.read_to_end(usize::MAX).await.map_err(BenchError::other)?.len();
        reply.write_all(&[1]).await.map_err(BenchError::other)?;
        reply.finish().map_err(BenchError::other)?;
        // Kept open until the answer has been read.
        receiver.closed().await;
        Ok::<_, BenchError>(got)
    });
    let (mut stream, mut reply) = sender.open_bi().await.map_err(BenchError::other)?;
    stream.write_all(&bytes).await.map_err(BenchError::other)?;
    stream.finish().map_err(BenchError::other)?;
    reply.read_to_end(1).await.map_err(BenchError::other)?;
    let took = took(began, &sender);
    sender.close(0u32.into(), b"");
    reading.await.map_err(BenchError::other)??;
    Ok(took)
}

fn took(began: Instant, connection: &Connection) -> Took {
    let stats = connection.stats();
    Took {
        time: began.elapsed(),
        sent_bytes: stats.udp_tx.bytes,
        received_bytes: stats.udp_rx.bytes,
    }
}

/// Opens a session for every document; all messages share one stream, as a careful program would.
async fn send(connection: &Connection, documents: &Documents) -> Result<(), BenchError> {
    let (out, mut inn) = connection.open_bi().await.map_err(BenchError::other)?;
    let (lines, writing) = writer(out);
    let mut states: Vec<State> = documents.iter().map(|_| State::new()).collect();
    for (index, bytes) in documents.iter().enumerate() {
        let first = Automerge::load(bytes)?.generate_sync_message(&mut states[index]);
        say(&lines, index, first)?;
    }
    let mut quiet = 0;
    while quiet < documents.len() {
        let (index, message) = read(&mut inn).await?;
        let Some(message) = message else {
            quiet += 1;
            continue;
        };
        let mut document = Automerge::load(&documents[index])?;
        document.receive_sync_message(&mut states[index], message)?;
        say(&lines, index, document.generate_sync_message(&mut states[index]))?;
    }
    drop(lines);
    writing.await.map_err(BenchError::other)?
}

async fn receive(
    connection: &Connection,
    count: usize,
    database: &sled::Db,
) -> Result<(), BenchError> {
    let (out, mut inn) = connection.accept_bi().await.map_err(BenchError::other)?;
    let (lines, writing) = writer(out);
    let mut states: Vec<State> = (0..count).map(|_| State::new()).collect();
    let mut done = vec![false; count];
    let mut left = count;
    while left > 0 {
        let (index, message) = read(&mut inn).await?;
        let key = (index as u64).to_be_bytes();
        let mut document = match database.get(key).map_err(BenchError::other)? {
            Some(bytes) => Automerge::load(&bytes)?,
            None => Automerge::new(),
        };
        if let Some(message) = message {
            let before = document.get_heads();
            document.receive_sync_message(&mut states[index], message)?;
            if document.get_heads() != before {
                database.insert(key, document.save()).map_err(BenchError::other)?;
            }
        }
        let answer = document.generate_sync_message(&mut states[index]);
        if answer.is_none() && !done[index] && !document.get_heads().is_empty() {
            done[index] = true;
            left -= 1;
            if left == 0 {
                database.flush().map_err(BenchError::other)?;
            }
        }
        say(&lines, index, answer)?;
    }
    drop(lines);
    writing.await.map_err(BenchError::other)?
}

type Lines = mpsc::UnboundedSender<Vec<u8>>;

/// Writes from a task of its own, so that neither side waits for the other to read.
fn writer(mut out: quinn::SendStream) -> (Lines, JoinHandle<Result<(), BenchError>>) {
    let (lines, mut queue) = mpsc::unbounded_channel::<Vec<u8>>();
    let writing = tokio::spawn(async move {
        while let Some(line) = queue.recv().await {
            out.write_all(&line).await.map_err(BenchError::other)?;
        }
        out.finish().map_err(BenchError::other)?;
        // An answer of "stopped" means that the other side has all it wanted.
        let _ = out.stopped().await;
        Ok(())
    });
    (lines, writing)
}

/// Index and length (u32 each, little-endian), then the message; length 0: nothing more to say.
fn say(lines: &Lines, index: usize, message: Option<Message>) -> Result<(), BenchError> {
    let bytes = message.map(Message::encode).unwrap_or_default();
    let index = u32::try_from(index).map_err(BenchError::other)?;
    let len = u32::try_from(bytes.len()).map_err(BenchError::other)?;
    lines
        .send([&index.to_le_bytes()[..], &len.to_le_bytes(), &bytes].concat())
        .map_err(BenchError::other)
}

async fn read(inn: &mut quinn::RecvStream) -> Result<(usize, Option<Message>), BenchError> {
    let mut head = [0; 8];
    inn.read_exact(&mut head).await.map_err(BenchError::other)?;
    let [a, b, c, d, e, f, g, h] = head;
    let (index, len) = (u32::from_le_bytes([a, b, c, d]), u32::from_le_bytes([e, f, g, h]));
    let mut bytes = vec![0; len as usize];
    inn.read_exact(&mut bytes).await.map_err(BenchError::other)?;
    let message =
        (len > 0).then(|| Message::decode(&bytes)).transpose().map_err(BenchError::other)?;
    Ok((index as usize, message))
}

/// Two ends of one connection on loopback, each with the certificates of an office.
async fn pair() -> Result<(Connection, Connection), BenchError> {
    let name = "bench.daiban.internal".to_owned();
    let signed = rcgen::generate_simple_self_signed([name.clone()]).map_err(BenchError::other)?;
    let der = signed.cert.der().clone();
    let key = rustls::pki_types::PrivatePkcs8KeyDer::from(signed.signing_key.serialize_der());
    let server =
        ServerConfig::with_single_cert(vec![der.clone()], key.into()).map_err(BenchError::other)?;
    let address = ([127, 0, 0, 1], 0).into();
    let listening = Endpoint::server(server, address)?;
    let mut roots = rustls::RootCertStore::empty();
    roots.add(der).map_err(BenchError::other)?;
    let mut dialing = Endpoint::client(address)?;
    dialing.set_default_client_config(
        ClientConfig::with_root_certificates(Arc::new(roots)).map_err(BenchError::other)?,
    );
    let target = listening.local_addr()?;
    let accepted = tokio::spawn(async move {
        let incoming = listening.accept().await.ok_or("the endpoint was closed")?;
        let connection = incoming.await.map_err(|error| error.to_string())?;
        Ok::<_, String>((connection, listening))
    });
    let dialed = dialing.connect(target, &name).map_err(BenchError::other)?;
    let dialed = dialed.await.map_err(BenchError::other)?;
    let (served, listening) =
        accepted.await.map_err(BenchError::other)?.map_err(BenchError::Other)?;
    // The endpoints live as long as their connections.
    let (closing, keeping) = (served.clone(), dialing.clone());
    tokio::spawn(async move {
        closing.closed().await;
        drop((listening, keeping));
    });
    Ok((dialed, served))
}
