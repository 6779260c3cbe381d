//! `daiban run`: the node, until it is told to stop.

use std::time::Duration;

use clap::Args;
use daiban_node::shell::{Node, StartError};
use daiban_node::store::disk::DirectoryError;
use daiban_node::telemetry::{self, Telemetry};
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::exit::{Code, Done, Failure};
use crate::home::{Home, no_identity};

/// Time for stopping in order. What was said to be saved is on the disk long before.
const STOP_WITHIN: Duration = Duration::from_secs(10);

#[derive(Debug, Args)]
#[command(
    after_help = "SIGTERM、ctrl-c：有序停止；SIGHUP：重新读取 log.level\n(SIGTERM and ctrl-c stop in order; SIGHUP takes log.level anew)\n例 Example:\n  daiban --data town --set log.level=debug run"
)]
pub(crate) struct RunArgs {
    /// 标准输入关闭即停止 (stop when the standard input closes, so that a child never outlives who started it)
    #[arg(long, hide = true)]
    until_stdin_closes: bool,
}

/// `daiban run`
pub(crate) fn run(home: &Home, args: &RunArgs) -> Done {
    home.identity()?;
    let settings = home.settings()?;
    let telemetry = telemetry::init(&settings.log).map_err(|error| {
        Failure::new(Code::Usage, "日志设置有误", "log settings").because(error)
    })?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(no_runtime)?;
    let stopped = runtime.block_on(async {
        let mut signals = Signals::catch().map_err(no_runtime)?;
        let node = Node::start(&home.data, settings).await.map_err(not_started)?;
        signals.wait(home, &telemetry, args.until_stdin_closes).await;
        tracing::info!("stopping");
        Done::Ok(tokio::time::timeout(STOP_WITHIN, node.stop()).await.is_ok())
    })?;
    if !stopped {
        tracing::warn!("not everything ended in time; what was saved is on the disk");
    }
    // A thread that still waits for a dead disk must not keep the process.
    runtime.shutdown_timeout(Duration::from_secs(1));
    Ok(())
}

struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hang_up: Signal,
}

impl Signals {
    fn catch() -> std::io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hang_up: signal(SignalKind::hangup())?,
        })
    }

    async fn wait(&mut self, home: &Home, telemetry: &Telemetry, watch_stdin: bool) {
        let closed = stdin_closed(watch_stdin);
        tokio::pin!(closed);
        loop {
            tokio::select! {
                _ = self.terminate.recv() => return,
                _ = self.interrupt.recv() => return,
                () = &mut closed => return,
                _ = self.hang_up.recv() => reload(home, telemetry),
            }
        }
    }
}

async fn stdin_closed(watched: bool) {
    if watched {
        let (closed, told) = tokio::sync::oneshot::channel();
        // A thread of its own: a read that blocks must not hold up the end of the process.
        std::thread::spawn(move || {
            let ended = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
            let _ = closed.send(ended.is_ok());
        });
        if told.await.is_ok() {
            return;
        }
    }
    std::future::pending().await
}

fn reload(home: &Home, telemetry: &Telemetry) {
    match home.settings() {
        Ok(settings) => match telemetry.set_level(&settings.log.level) {
            Ok(()) => tracing::info!(level = settings.log.level, "log.level was read again"),
            Err(error) => tracing::error!(%error, "log.level stays as it is"),
        },
        Err(failure) => {
            tracing::error!(
                "the settings stay as they are: {}",
                failure.shown(crate::say::Lang::En)
            );
        }
    }
}

/// Why a node or its data could not be opened.
pub(crate) fn not_started(error: StartError) -> Failure {
    let (code, zh, en) = match &error {
        StartError::Directory(DirectoryError::Owned { .. }) => (
            Code::NotAllowed,
            "此数据目录正由另一个进程使用",
            "another process has this data directory",
        ),
        StartError::Directory(_) | StartError::Io(_) => {
            (Code::Disk, "无法使用数据目录", "the data directory cannot be used")
        }
        StartError::Accounts(_) => {
            (Code::Damage, "无法读取账号文件", "the accounts cannot be read")
        }
        StartError::Identity(_) => {
            (Code::NotFound, "没有可用的节点身份", "there is no usable identity")
        }
        StartError::Store(_) | StartError::Views(_) => {
            (Code::Damage, "无法打开数据", "the data cannot be opened")
        }
        StartError::Key(_) => {
            (Code::NotAllowed, "无法解开办公密钥", "the office key cannot be opened")
        }
        StartError::Bind(_) | StartError::Admin { .. } => {
            (Code::Usage, "地址无法使用", "an address cannot be used")
        }
        StartError::Random(_) => (Code::Internal, "系统随机源不可用", "no random source"),
    };
    match error {
        StartError::Identity(error) => no_identity(error),
        other => Failure::new(code, zh, en).because(other),
    }
}

pub(crate) fn no_runtime(error: std::io::Error) -> Failure {
    Failure::new(Code::Internal, "无法启动", "the process cannot start its threads").because(error)
}
