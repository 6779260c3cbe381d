//! The running node of a data directory, over its admin socket.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::time::Duration;

use daiban_domain::act::BlobRef;
use daiban_domain::calendar::Date;
use daiban_domain::office::OfficeTree;
use daiban_domain::shipped;
use daiban_node::replica::{Command, Refusal};
use daiban_node::shell::{ADMIN_FILE, AdminAddress};
use serde_json::Value;
use ureq::http::{Response, StatusCode};
use ureq::{Agent, Body};

use crate::exit::{Code, Done, Failure};
use crate::home::disk;
use crate::office::now;

/// A node on the same machine answers at once, or not at all.
const CONNECT: Duration = Duration::from_secs(5);
/// Bytes of one file that is sent; the node's own bound is the setting `materials.max_kb`.
pub(crate) const FILE_BYTES_MAX: u64 = 64 << 20;

/// Speaks to one node.
#[derive(Clone)]
pub(crate) struct Client {
    agent: Agent,
    base: String,
    token: String,
    pub(crate) pid: u32,
    data: String,
}

impl Client {
    /// Reads address and token from the data directory.
    pub(crate) fn open(data: &Path) -> Done<Self> {
        let shown = data.display().to_string();
        let bytes = std::fs::read(data.join(ADMIN_FILE)).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => not_running(&shown),
            _ => disk(&data.join(ADMIN_FILE), error),
        })?;
        let AdminAddress { address, token, pid, .. } =
            serde_json::from_slice(&bytes).map_err(|error| not_running(&shown).because(error))?;
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_connect(Some(CONNECT))
            // The node is on this machine, whatever proxy the environment names.
            .proxy(None);
        let agent = config.build().new_agent();
        Ok(Self { agent, base: format!("http://{address}"), token, pid, data: shown })
    }

    /// Where the node's admin socket is.
    pub(crate) fn address(&self) -> &str {
        self.base.trim_start_matches("http://")
    }

    /// Carries out a command; the answer is JSON as `Answer` describes it.
    pub(crate) fn ask(&self, command: &Command) -> Done<Value> {
        self.post("/v1/command", command)
    }

    /// The offices as they are today: the shipped tree with what the node has heard since.
    pub(crate) fn offices(&self) -> OfficeTree {
        let changes = self.office_changes().unwrap_or_default();
        shipped::offices().on(Date::at(now()), &changes)
    }

    /// Sends JSON, gets JSON.
    pub(crate) fn post(&self, path: &str, body: &impl serde::Serialize) -> Done<Value> {
        let request = self.agent.post(self.url(path)).header("authorization", self.bearer());
        json(self.sent(request.send_json(body))?)
    }

    /// Gets JSON.
    pub(crate) fn get(&self, path: &str) -> Done<Value> {
        json(self.fetch(path)?)
    }

    /// Whether `path` is answered with 200, such as `/healthz`.
    pub(crate) fn is_ok(&self, path: &str) -> bool {
        self.fetch(path).is_ok_and(|response| response.status() == StatusCode::OK)
    }

    /// Gets a file as it is made.
    pub(crate) fn download(&self, path: &str) -> Done<impl std::io::Read + 'static> {
        let response = self.fetch(path)?;
        match response.status() {
            StatusCode::OK => Ok(response.into_body().into_reader()),
            _ => Err(json(response).err().unwrap_or_else(|| strange(&"no file"))),
        }
    }

    /// Sends a file, gets JSON.
    pub(crate) fn send_file(&self, path: &str, file: &std::fs::File) -> Done<Value> {
        let request = self.agent.post(self.url(path)).header("authorization", self.bearer());
        json(self.sent(request.send(file))?)
    }

    /// Puts a file into the store and gives its reference.
    pub(crate) fn upload(&self, path: &Path) -> Done<BlobRef> {
        let found = std::fs::metadata(path).map_err(|error| disk(path, error))?;
        if found.len() > FILE_BYTES_MAX {
            let (path, max) = (path.display(), FILE_BYTES_MAX >> 20);
            return Err(Failure::new(
                Code::Input,
                format!("{path} 超过 {max} MB"),
                format!("{path} has more than {max} MB"),
            )
            .remedy("请压缩或分成几个文件", "shrink it or split it"));
        }
        let bytes = std::fs::read(path).map_err(|error| disk(path, error))?;
        let name =
            path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        self.upload_bytes(&name, &bytes)
    }

    /// As [`Client::upload`], of bytes.
    pub(crate) fn upload_bytes(&self, name: &str, bytes: &[u8]) -> Done<BlobRef> {
        let request = self.agent.post(self.url("/v1/blobs")).query("name", name);
        let request = request.header("authorization", self.bearer());
        let answer = json(self.sent(request.send(bytes))?)?;
        serde_json::from_value(answer).map_err(|error| strange(&error))
    }

    /// Whether the file of a material is here.
    pub(crate) fn holds_blob(&self, blob: &str) -> Done<bool> {
        match self.fetch(&format!("/v1/blobs/{blob}"))?.status() {
            StatusCode::OK => Ok(true),
            StatusCode::NOT_FOUND => Ok(false),
            other => Err(strange(&format!("status {other}"))),
        }
    }

    /// Sends a command a line; each answer is handed on as it comes, which is when it is durable.
    pub(crate) fn batch(&self, lines: &[u8], mut each: impl FnMut(Value) -> Done) -> Done {
        let request = self.agent.post(self.url("/v1/batch")).header("authorization", self.bearer());
        let response = self.sent(request.send(lines))?;
        if response.status() != StatusCode::OK {
            return json(response).map(drop);
        }
        for line in BufReader::new(response.into_body().into_reader()).lines() {
            let line = line.map_err(|error| self.lost().because(error))?;
            each(serde_json::from_str(&line).map_err(|error| strange(&error))?)?;
        }
        Ok(())
    }

    fn fetch(&self, path: &str) -> Done<Response<Body>> {
        let request = self.agent.get(self.url(path)).header("authorization", self.bearer());
        self.sent(request.call())
    }

    fn sent(&self, sent: Result<Response<Body>, ureq::Error>) -> Done<Response<Body>> {
        let response = sent.map_err(|error| self.lost().because(error))?;
        match response.status() {
            StatusCode::UNAUTHORIZED => Err(not_running(&self.data)
                .because("another program answers at the address in admin.json")),
            StatusCode::SERVICE_UNAVAILABLE => Err(self.lost().because("it is stopping")),
            _ => Ok(response),
        }
    }

    fn lost(&self) -> Failure {
        not_running(&self.data)
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    fn bearer(&self) -> String {
        format!("Bearer {}", self.token)
    }
}

/// Whether the node of this directory is in training, as far as it has said so.
pub(crate) fn is_training(data: &Path) -> bool {
    let known = std::fs::read(data.join(ADMIN_FILE)).ok();
    let known = known.and_then(|bytes| serde_json::from_slice::<AdminAddress>(&bytes).ok());
    known.is_some_and(|admin| admin.training)
}

/// The body of an answer, or the refusal that it is.
fn json(mut response: Response<Body>) -> Done<Value> {
    let status = response.status();
    let body = response.body_mut().with_config().limit(u64::MAX).read_to_vec();
    let body = body.map_err(|error| strange(&error))?;
    if status.is_success() {
        return serde_json::from_slice(&body).map_err(|error| strange(&error));
    }
    match serde_json::from_slice::<Refusal>(&body) {
        Ok(refusal) => Err(refusal.into()),
        Err(_) => Err(unreadable(status, &String::from_utf8_lossy(&body))),
    }
}

fn unreadable(status: StatusCode, body: &str) -> Failure {
    let code = match status {
        StatusCode::NOT_FOUND => Code::NotFound,
        _ if status.is_client_error() => Code::Input,
        _ => Code::Internal,
    };
    Failure::new(code, "节点不接受此请求", "the node does not take this request")
        .because(body.trim())
        .remedy("命令与节点的版本应当相同", "command and node should be of the same version")
}

fn not_running(data: &str) -> Failure {
    Failure::new(
        Code::Unreachable,
        format!("{data} 的节点未运行或连不上"),
        format!("the node of {data} does not run or cannot be reached"),
    )
    .remedy(
        format!("请运行 daiban --data {data} run，或用 --data 指定目录"),
        format!("start it with `daiban --data {data} run`, or name its directory with --data"),
    )
}

fn strange(error: &dyn std::fmt::Display) -> Failure {
    Failure::new(Code::Internal, "节点的回答无法理解", "the node's answer cannot be understood")
        .because(error)
        .remedy("命令与节点的版本应当相同", "command and node should be of the same version")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_without_a_node_is_said_to_be_not_running() {
        let failure = Client::open(Path::new("/nonexistent/daiban")).err().unwrap();
        assert_eq!(failure.code, Code::Unreachable);
        assert!(
            failure.shown(crate::say::Lang::Zh).contains("daiban --data /nonexistent/daiban run")
        );
    }
}
