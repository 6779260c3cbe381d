//! Nodes in processes of their own: the demo, the benchmarks and the tests start them alike.

use std::net::UdpSocket;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};

use daiban_node::shell::ADMIN_FILE;

/// A process that is killed when its owner goes.
pub struct Process(Child);

impl Process {
    /// # Errors
    /// The system's, if it does not start.
    pub fn start(command: &mut Command) -> std::io::Result<Self> {
        command.spawn().map(Self)
    }

    pub fn id(&self) -> u32 {
        self.0.id()
    }

    /// The writing end of its input, if that is a pipe; given once.
    pub fn take_stdin(&mut self) -> Option<ChildStdin> {
        self.0.stdin.take()
    }

    /// Whether it has ended, by itself or as it was told.
    pub fn has_ended(&mut self) -> bool {
        self.0.try_wait().ok().flatten().is_some()
    }

    /// SIGKILL: no farewell, no flush.
    ///
    /// # Errors
    /// The system's.
    pub fn kill(&mut self) -> std::io::Result<()> {
        self.0.kill()?;
        self.0.wait().map(drop)
    }

    /// SIGTERM, and waits for the end.
    ///
    /// # Errors
    /// The system's.
    pub fn terminate(&mut self) -> std::io::Result<ExitStatus> {
        Command::new("kill").args(["-TERM", &self.id().to_string()]).status()?;
        self.0.wait()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.kill();
    }
}

/// `program --data … --set … run`, silent but for its log.
pub fn run(program: &Path, data: &Path, settings: &[(&str, &str)]) -> Command {
    // The address of an earlier process of the same directory.
    let _ = std::fs::remove_file(data.join(ADMIN_FILE));
    let mut command = Command::new(program);
    command.arg("--data").arg(data);
    for (key, value) in settings {
        command.args(["--set", &format!("{key}={value}")]);
    }
    command.arg("run").stdin(Stdio::null()).stdout(Stdio::null());
    command
}

/// As [`run`], for a node in training on loopback that listens at one port and dials another.
pub fn run_on_loopback(
    program: &Path,
    data: &Path,
    (listen, parent): (u16, u16),
    settings: &[(&str, &str)],
) -> Command {
    let [listen, parent] = [listen, parent].map(|port| format!("127.0.0.1:{port}"));
    let own = [
        ("node.training", "true"),
        ("node.admin", "127.0.0.1:0"),
        ("node.listen", &listen),
        ("parent.addresses", &parent),
        ("log.level", "warn"),
    ];
    run(program, data, &[&own, settings].concat())
}

/// A UDP port of this machine that was free a moment ago.
///
/// # Errors
/// The system's, if none is.
pub fn free_port() -> std::io::Result<u16> {
    Ok(UdpSocket::bind(("127.0.0.1", 0))?.local_addr()?.port())
}
