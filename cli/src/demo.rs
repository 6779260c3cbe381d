//! `daiban demo`: a city, a county, a town and two villages as real processes on this machine.

mod cast;
mod live;
mod names;
mod nodes;
mod numbers;
mod papers;
pub(crate) mod people;
mod story;

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use daiban_sync::id::OfficeCode;

use crate::exit::{Code, Done, Failure};
use crate::home::disk;
use crate::say::Screen;

/// Its presence says that a folder was made by the demo and may be wiped by it.
const MARKER: &str = ".daiban-demo";
const STORY_FOLDER: &str = "story";

#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "\
例 Examples:
  daiban demo                 启动并保持运行，ctrl-c 停止 (starts five offices; ctrl-c stops them)
  daiban demo --story         全程自动演示，成功退出码为0 (the whole story without a person)
  daiban demo --reset         删除演示数据 (wipes what earlier demos left)
  daiban demo people --count 100 --item CL-SB-01 --seed 7 | daiban --data demo-data/village-1 case new --from - --by 王秀英"
)]
pub(crate) struct DemoArgs {
    /// 自动演示一个联审件从断网的村到市的全过程 (a joint case from a village that is cut off up to the city and back)
    #[arg(long)]
    story: bool,
    /// 删除以前的演示数据 (wipe the data of earlier demos)
    #[arg(long, conflicts_with = "story")]
    reset: bool,
    /// 演示数据所在文件夹 (folder of the demo's data)
    #[arg(long, value_name = "DIR", default_value = "demo-data")]
    dir: PathBuf,
    #[command(subcommand)]
    what: Option<DemoVerb>,
}

#[derive(Debug, Subcommand)]
enum DemoVerb {
    /// 合成申请，每行一个JSON记录，可交给 case new --from - (synthetic applications, one a line; needs a training node)
    People {
        /// 件数 (how many)
        #[arg(long, default_value_t = 10)]
        count: u64,
        /// 事项代码 (code of the item)
        #[arg(long, default_value = "CL-SB-01")]
        item: String,
        /// 种子：相同则结果相同 (same seed, same people)
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// 所在村 (the village they live in)
        #[arg(long, default_value_t = cast::VILLAGE_1.code())]
        office: OfficeCode,
    },
}

/// `daiban demo`
pub(crate) fn demo(screen: &Screen, args: &DemoArgs) -> Done {
    match &args.what {
        Some(DemoVerb::People { count, item, seed, office }) => {
            people::print(screen, item, *office, *seed, *count)
        }
        None if args.reset => reset(screen, &args.dir),
        None if args.story => {
            claim(&args.dir)?;
            let folder = args.dir.join(STORY_FOLDER);
            wipe(&folder)?;
            claim(&folder)?;
            story::tell(screen, &folder)
        }
        None => {
            claim(&args.dir)?;
            live::run(screen, &args.dir)
        }
    }
}

fn reset(screen: &Screen, dir: &Path) -> Done {
    if !dir.exists() {
        return screen.remark("没有演示数据", "there is no data of a demo");
    }
    claim(dir)?;
    wipe(dir)?;
    screen.remark("演示数据已删除", "the demo's data is gone")
}

/// Makes the folder, or finds it made by an earlier demo.
fn claim(dir: &Path) -> Done {
    let marker = dir.join(MARKER);
    let empty = |dir: &Path| std::fs::read_dir(dir).map(|mut entries| entries.next().is_none());
    if !marker.exists() && dir.exists() && !empty(dir).map_err(|error| disk(dir, error))? {
        return Err(not_ours(dir));
    }
    std::fs::create_dir_all(dir)
        .and_then(|()| {
            std::fs::write(&marker, "made by `daiban demo`, which may delete this folder\n")
        })
        .map_err(|error| disk(dir, error))
}

/// Deletes a folder that a demo made.
fn wipe(dir: &Path) -> Done {
    match dir.exists() {
        false => Ok(()),
        true if !dir.join(MARKER).exists() => Err(not_ours(dir)),
        true => {
            nodes::refuse_running(dir)?;
            std::fs::remove_dir_all(dir).map_err(|error| disk(dir, error))
        }
    }
}

fn not_ours(dir: &Path) -> Failure {
    let shown = dir.display();
    Failure::new(
        Code::NotAllowed,
        format!("{shown} 不是演示程序建立的文件夹，不会改动"),
        format!("{shown} was not made by the demo, so it is left alone"),
    )
    .remedy("请用 --dir 指定另一个文件夹", "name another folder with --dir")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_folders_of_a_demo_are_touched() {
        let base = std::env::temp_dir().join(format!("daiban-demo-{}", std::process::id()));
        let (ours, theirs) = (base.join("ours"), base.join("theirs"));
        std::fs::create_dir_all(&theirs).unwrap();
        std::fs::write(theirs.join("letter.txt"), "precious").unwrap();
        assert_eq!(claim(&theirs).unwrap_err().code, Code::NotAllowed);
        assert_eq!(wipe(&theirs).unwrap_err().code, Code::NotAllowed);
        claim(&ours).unwrap();
        claim(&ours).unwrap();
        wipe(&ours).unwrap();
        assert!(!ours.exists() && theirs.join("letter.txt").exists());
        std::fs::remove_dir_all(base).unwrap();
    }
}
