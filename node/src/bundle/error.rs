//! Why a bundle is not made or not taken.

use std::io;

use daiban_sync::error::SessionError;
use daiban_sync::id::{NodeKey, OfficeCode};

use super::VERSION;

/// Nothing of the bundle was kept.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    #[error("expected a bundle of daiban, got another kind of file")]
    NotABundle,
    #[error("expected a bundle of version {VERSION}, got {found}")]
    Version { found: u8 },
    #[error("expected a bundle for office {ours}, got one for {to}")]
    Elsewhere { ours: OfficeCode, to: OfficeCode },
    #[error("it was made for other nodes of this office, this one is {}", ours.short())]
    AnotherNode { ours: NodeKey },
    #[error("the file ends in piece {piece}: it was not copied whole")]
    Truncated { piece: u64 },
    #[error("piece {piece} is damaged or out of place")]
    Damaged { piece: u64 },
    #[error("expected the end after piece {piece}, got more")]
    Trailing { piece: u64 },
    #[error("the content of the bundle: {0}")]
    Content(#[from] SessionError),
    #[error("node {} has a key that nothing can be sealed to", node.short())]
    Key { node: NodeKey },
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl BundleError {
    /// The sentence in Chinese.
    pub fn words(&self) -> String {
        match self {
            Self::NotABundle => "这不是摆渡包".into(),
            Self::Version { found } => format!("格式版本为 {found}，本机只认 {VERSION}"),
            Self::Elsewhere { ours, to } => format!("它是给 {to} 的，本机构是 {ours}"),
            Self::AnotherNode { ours } => {
                format!("它是给本机构其他节点的，本节点是 {}", ours.short())
            }
            Self::Truncated { piece } => format!("文件在第 {piece} 段中断，没有拷贝完整"),
            Self::Damaged { piece } => format!("第 {piece} 段已损坏或错位"),
            Self::Trailing { piece } => format!("第 {piece} 段之后还有多余内容"),
            Self::Content(error) => format!("内容有误：{error}"),
            Self::Key { node } => format!("无法为节点 {} 加密", node.short()),
            Self::Io(error) => format!("无法读写：{error}"),
        }
    }
}
