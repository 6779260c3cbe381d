//! Bundles: what travels in a pocket when no link does.

use std::fs::{self, File};
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use daiban_domain::shipped;
use daiban_node::bundle::{self, BundleError, Header};
use daiban_sync::id::OfficeCode;
use serde_json::{Value, json};

use crate::client::Client;
use crate::exit::{Code, Done, Failure};
use crate::home::{Home, disk};
use crate::say::{Screen, bytes, moment};

#[derive(Debug, Subcommand)]
pub(crate) enum BundleVerb {
    /// 为上级或下级制作加密的摆渡包 (make an encrypted bundle for an office above or below)
    Export(ExportArgs),
    /// 导入带来的摆渡包 (take a bundle that was brought)
    Import {
        /// 摆渡包文件 (the bundle)
        file: PathBuf,
    },
    /// 查看摆渡包的来去，不解密 (where a bundle comes from and goes to, without opening it)
    Show {
        /// 摆渡包文件 (the bundle)
        file: PathBuf,
    },
}

#[derive(Debug, Args)]
#[command(
    after_help = "例 Example:\n  daiban --data village bundle export --to 330382001000 /media/usb/town.daiban\n  daiban --data town bundle import /media/usb/town.daiban\n只有收件机构的节点能打开；没有它的回执的内容才会带上 (only nodes of that office can open it; it carries what the office has not signed for)"
)]
pub(crate) struct ExportArgs {
    /// 收件机构12位代码 (12-digit code of the office that it is for)
    #[arg(long)]
    to: OfficeCode,
    /// 目标文件，不得已存在 (the file to write; it must not exist)
    file: PathBuf,
    /// 连同对方已确认的内容 (also what the office has signed for)
    #[arg(long)]
    all: bool,
    /// 不带材料文件 (without the files of materials)
    #[arg(long)]
    without_materials: bool,
}

/// `daiban bundle …`
pub(crate) fn bundle(home: &Home, screen: &Screen, verb: &BundleVerb) -> Done {
    match verb {
        BundleVerb::Export(args) => export(home, screen, args),
        BundleVerb::Import { file } => import(home, screen, file),
        BundleVerb::Show { file } => show(screen, file),
    }
}

fn export(home: &Home, screen: &Screen, args: &ExportArgs) -> Done {
    let ExportArgs { to, file, all, without_materials } = args;
    if file.exists() {
        let path = file.display();
        let (zh, en) = (format!("{path} 已存在"), format!("{path} exists already"));
        return Err(
            Failure::new(Code::NotAllowed, zh, en).remedy("请换一个文件名", "choose another name")
        );
    }
    let path = format!("/v1/bundles?to={to}&everything={all}&materials={}", !without_materials);
    let content = Client::open(&home.data)?.download(&path)?;
    let size = write_whole(content, file).map_err(|error| disk(file, error))?;
    let said = json!({ "to": to, "file": file, "bytes": size });
    screen.show(&said, |_| {
        let (name, shown, size) = (shipped::offices().full_name(*to), file.display(), bytes(size));
        screen
            .lang
            .word(
                &format!("已为 {name} 制作：{shown}（{size}）\n请带到该机构，用 bundle import 导入"),
                &format!("made for {name}: {shown} ({size})\ncarry it there and take it with `bundle import`"),
            )
            .to_owned()
    })
}

/// The file has its name only when all of it is on the medium.
fn write_whole(mut content: impl io::Read, path: &Path) -> io::Result<u64> {
    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push(".part");
    let written = File::create(&unfinished).and_then(|mut file| {
        let size = io::copy(&mut content, &mut file)?;
        file.sync_all()?;
        fs::rename(&unfinished, path)?;
        Ok(size)
    });
    if written.is_err() {
        // What is left of it is useless; the error that matters is the first one.
        let _ = fs::remove_file(&unfinished);
    }
    written
}

fn import(home: &Home, screen: &Screen, path: &Path) -> Done {
    let file = File::open(path).map_err(|error| disk(path, error))?;
    let brought = Client::open(&home.data)?.send_file("/v1/bundles", &file)?;
    screen.show(&brought, |brought| {
        let number = |key: &str| brought[key].as_u64().unwrap_or_default();
        let (entries, known, files) = (number("entries"), number("known"), number("files"));
        screen
            .lang
            .word(
                &format!("✓ 已导入：新增 {entries} 项，原有 {known} 项，文件 {files} 个"),
                &format!("✓ taken: {entries} new entries, {known} held before, {files} files"),
            )
            .to_owned()
    })?;
    let refused = brought["refused"].as_array().map(Vec::as_slice).unwrap_or_default();
    if refused.is_empty() {
        return Ok(());
    }
    let reasons: Vec<_> = refused.iter().filter_map(Value::as_str).collect();
    Err(Failure::new(
        Code::Input,
        format!("{} 段内容未被接受", reasons.len()),
        format!("{} parts were not taken", reasons.len()),
    )
    .because(reasons.join("; "))
    .remedy(
        "请对方用 bundle export --all 重新制作；仍不成功请联系运维人员",
        "ask for a new one, made with `bundle export --all`; then ask the operator",
    ))
}

fn show(screen: &Screen, path: &Path) -> Done {
    let mut file = BufReader::new(File::open(path).map_err(|error| disk(path, error))?);
    let Header { route, .. } = bundle::read_header(&mut file).map_err(|error| match error {
        BundleError::Io(error) => disk(path, error),
        other => Failure::new(Code::Input, "这不是可用的摆渡包", "this is no usable bundle")
            .because(other),
    })?;
    screen.show(&json!({ "from": route.from, "to": route.to, "made": route.made }), |_| {
        let tree = shipped::offices();
        let office = |code: OfficeCode| format!("{code} {}", tree.full_name(code));
        let (from, to) = (screen.lang.word("来自", "from"), screen.lang.word("送往", "to"));
        format!("{from} {}\n{to} {}\n{}", office(route.from), office(route.to), moment(route.made))
    })
}
