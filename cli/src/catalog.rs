//! `daiban catalog …`: what can be applied for, and the files that say so.

mod page;

use std::path::{Path, PathBuf};

use clap::Subcommand;
use daiban_domain::catalog::{Catalog, CatalogError, Item};
use daiban_domain::notice::items;
use daiban_domain::shipped;
use daiban_domain::words::Said;
use serde_json::{Value, json};

use crate::exit::{Code, Done, Failure};
use crate::home::disk;
use crate::office::pick;
use crate::say::{Screen, table};
use page::limit;

#[derive(Debug, Subcommand)]
pub(crate) enum CatalogVerb {
    /// 事项列表 (items that ship with this program)
    List {
        /// 代码、名称或拼音首字母 (part of code, name or pinyin initials)
        #[arg(default_value = "")]
        find: String,
    },
    /// 一个事项的栏目、材料、环节和时限 (fields, materials, stages and limits of an item)
    Show {
        /// 事项代码 (code)
        code: String,
    },
    /// 检查事项文件，列出全部错误 (check item files; names every error with file, line, field and remedy)
    Check {
        /// 文件或文件夹 (files, or a folder of .toml files)
        #[arg(required = true)]
        paths: Vec<PathBuf>,
    },
}

/// `daiban catalog …`
pub(crate) fn catalog(screen: &Screen, verb: &CatalogVerb) -> Done {
    match verb {
        CatalogVerb::List { find } => list(screen, find),
        CatalogVerb::Show { code } => show(screen, code),
        CatalogVerb::Check { paths } => {
            let (_, items) = checked(paths)?;
            screen.show(&items, |items| {
                let words = screen.lang.word("✓ 没有错误：", "✓ no errors: ");
                format!("{words}{}", items.join(" "))
            })
        }
    }
}

fn list(screen: &Screen, find: &str) -> Done {
    let catalog = shipped::catalog();
    let found: Vec<&Item> = catalog.search(find).collect();
    let row = |item: &&Item| json!({ "item": item.code, "version": item.version, "name": item.name, "domain": item.domain, "initials": item.initials });
    let rows: Vec<Value> = found.iter().map(row).collect();
    screen.show(&rows, |_| {
        let lang = screen.lang;
        let mut rows = vec![pick(
            lang,
            ["代码", "版本", "名称", "领域", "承诺", "法定"],
            ["item", "version", "name", "domain", "promised", "by law"],
        )];
        rows.extend(found.iter().map(|item| {
            vec![
                item.code.clone(),
                item.version.to_string(),
                item.name.clone(),
                item.domain.clone(),
                limit(lang, item.promised),
                limit(lang, item.statutory),
            ]
        }));
        table(&rows)
    })
}

fn show(screen: &Screen, code: &str) -> Done {
    let catalog = shipped::catalog();
    let Some(item) = catalog.latest(code) else { return Err(no_item(code)) };
    screen.show(&page::json(item), |_| page::page(screen.lang, item))
}

/// The files and the items in them, if nothing is wrong.
pub(crate) fn checked(paths: &[PathBuf]) -> Done<(Vec<items::File>, Vec<String>)> {
    let mut files: Vec<(PathBuf, String, String)> = Vec::new();
    for path in expanded(paths)? {
        let text = std::fs::read_to_string(&path).map_err(|error| disk(&path, error))?;
        let name =
            path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        files.push((path, name, text));
    }
    let given = files.iter().map(|(_, name, text)| (name.clone(), text.clone()));
    let all = items::whole(given.collect());
    let texts: Vec<_> = all.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let catalog = Catalog::parse(&texts).map_err(|errors| faulty(&errors, &files))?;
    let items = catalog.iter().map(|item| format!("{}@{}", item.code, item.version)).collect();
    Ok((all, items))
}

/// Folders stand for the `.toml` files in them.
fn expanded(paths: &[PathBuf]) -> Done<Vec<PathBuf>> {
    let mut found = Vec::new();
    for path in paths {
        if !path.is_dir() {
            found.push(path.clone());
            continue;
        }
        let listed = std::fs::read_dir(path).map_err(|error| disk(path, error))?;
        let mut inside: Vec<PathBuf> = listed
            .filter_map(|entry| entry.ok().map(|entry| entry.path()))
            .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
            .collect();
        inside.sort();
        found.extend(inside);
    }
    Ok(found)
}

fn faulty(errors: &[CatalogError], files: &[(PathBuf, String, String)]) -> Failure {
    let count = errors.len();
    let path = |name: &str| {
        let found = files.iter().find(|(_, given, _)| given == name);
        found.map_or_else(|| Path::new(name), |(path, ..)| path).display().to_string()
    };
    let failure = Failure::new(
        Code::Input,
        format!("目录有 {count} 处错误"),
        format!("the catalog has {count} errors"),
    );
    errors.iter().fold(failure, |failure, error| {
        let CatalogError { file, line, field, problem, remedy } = error;
        let place = format!("{}:{line}: {field}", path(file));
        failure.line(Said::of_data(
            format!("{place}：{}；{}", problem.zh, remedy.zh),
            format!("{place}: {}; {}", problem.en, remedy.en),
        ))
    })
}

fn no_item(code: &str) -> Failure {
    Failure::new(
        Code::NotFound,
        format!("目录中没有事项 {code}"),
        format!("the catalog has no item {code}"),
    )
    .remedy("用 daiban catalog list 查看", "`daiban catalog list` shows the items")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::say::Lang;
    use daiban_domain::shipped::CATALOG_FILES;

    fn folder(name: &str, files: &[(&str, String)]) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("daiban-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        for (file, text) in files {
            std::fs::write(folder.join(file), text).unwrap();
        }
        folder
    }

    fn shipped_text(name: &str) -> String {
        CATALOG_FILES.iter().find(|(file, _)| *file == name).unwrap().1.to_owned()
    }

    #[test]
    fn one_file_is_checked_against_the_shipped_groups() {
        let folder = folder("sound", &[("JB-04.toml", shipped_text("JB-04.toml"))]);
        let (files, items) = checked(&[folder.join("JB-04.toml")]).unwrap();
        assert_eq!(items, ["JB-04@1"]);
        assert_eq!(files.len(), 3);
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn every_error_is_listed_with_path_line_field_and_remedy() {
        let text = shipped_text("JB-04.toml").replacen("organ = \"HJ\"", "organ = \"QQ\"", 1);
        let text = text.replacen("version = 1", "version = \"one\"", 1);
        let folder = folder("faulty", &[("JB-04.toml", text)]);
        let failure = checked(std::slice::from_ref(&folder)).unwrap_err();
        assert_eq!(failure.code, Code::Input);
        let shown = failure.shown(Lang::Zh);
        assert!(shown.lines().count() >= 3, "{shown}");
        assert!(shown.contains(&format!("{}:", folder.join("JB-04.toml").display())), "{shown}");
        std::fs::remove_dir_all(folder).unwrap();
    }
}
