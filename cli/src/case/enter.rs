//! `daiban case new`: applications in, `saved RECEIPT` out.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use daiban_domain::act::OfficerRef;
use daiban_node::replica::{Attachment, Command, Refusal, Reuse};
use serde_json::Value;

use super::record::{self, Placed, Record};
use super::{NewArgs, tell_entered, texts};
use crate::client::Client;
use crate::exit::{Code, Done, Failure};
use crate::home::disk;
use crate::say::Screen;

/// Records in one request, so that the first `saved` does not wait for the last upload.
const BATCH_RECORDS: usize = 1_000;
/// Bytes in one request; the node takes at most 64 MiB.
const BATCH_BYTES: usize = 8 << 20;

/// `daiban case new`
pub(super) fn enter(client: &Client, screen: &Screen, args: NewArgs) -> Done {
    let by: OfficerRef = args.by.clone().into();
    let Some(from) = &args.from else {
        let command = single(client, args, by)?;
        return tell_entered(screen, &client.ask(&command)?);
    };
    let text = text_of(from)?;
    let mut records = record::read(&text, args.item.as_deref());
    if let [Placed { record: Ok(_), .. }] = records[..] {
        let command = only(client, records.remove(0), &args, by)?;
        return tell_entered(screen, &client.ask(&command)?);
    }
    let is_single = args.again.is_some() || !args.reuse.is_empty();
    if is_single || !args.attach.is_empty() || !args.fields.is_empty() {
        return Err(Failure::new(
            Code::Usage,
            "有多条记录时不能用 --attach、--field、--reuse 和 --again",
            "--attach, --field, --reuse and --again go with one record, not with several",
        )
        .remedy(
            "请写在每条记录的 materials、fields、reuse、again 中",
            "write them in `materials`, `fields`, `reuse` and `again` of each record",
        ));
    }
    let mut desk = Entering {
        client,
        screen,
        submit: args.submit,
        by,
        from: folder(from),
        entered: 0,
        refused: 0,
        first: None,
    };
    for batch in batches(records) {
        desk.enter(batch)?;
    }
    desk.finish()
}

fn single(client: &Client, args: NewArgs, by: OfficerRef) -> Done<Command> {
    Ok(Command::NewCase {
        item: args.item.unwrap_or_default(),
        version: None,
        fields: texts(args.fields),
        materials: upload(client, &args.attach)?,
        submit: args.submit,
        by,
        handler: args.handler,
        listed: None,
        reuse: args.reuse.into_iter().map(reuse).collect(),
        again: args.again,
    })
}

/// One record with what the command line adds to it.
fn only(client: &Client, placed: Placed, args: &NewArgs, by: OfficerRef) -> Done<Command> {
    let from = args.from.as_deref().map_or_else(PathBuf::new, folder);
    let mut command = command(client, placed.record?, (&from, args.submit, by))?;
    if let Command::NewCase { fields, materials, handler, reuse: reused, again, .. } = &mut command
    {
        *handler = args.handler;
        reused.extend(args.reuse.iter().cloned().map(reuse));
        *again = args.again.clone().or(again.take());
        fields.extend(texts(args.fields.clone()));
        materials.extend(upload(client, &args.attach)?);
    }
    Ok(command)
}

fn command(
    client: &Client,
    record: Record,
    (from, submit, by): (&Path, bool, OfficerRef),
) -> Done<Command> {
    let mut materials = Vec::new();
    for (key, files) in &record.materials {
        for path in files.paths() {
            let blob = client.upload(&from.join(path))?;
            materials.push(Attachment { key: key.clone(), blob });
        }
    }
    Ok(Command::NewCase {
        item: record.item.unwrap_or_default(),
        version: record.version,
        fields: record::fields(record.fields)?,
        materials,
        submit: submit || record.submit,
        by,
        handler: None,
        listed: None,
        reuse: record.reuse.into_iter().map(reuse).collect(),
        again: record.again,
    })
}

/// By its key, from the case that was decided last.
fn reuse(key: String) -> Reuse {
    Reuse { key, from: None }
}

fn upload(client: &Client, files: &[(String, String)]) -> Done<Vec<Attachment>> {
    let attach = |(key, file): &(String, String)| {
        Ok(Attachment { key: key.clone(), blob: client.upload(Path::new(file))? })
    };
    files.iter().map(attach).collect()
}

/// Many records on their way in.
struct Entering<'a> {
    client: &'a Client,
    screen: &'a Screen,
    submit: bool,
    by: OfficerRef,
    from: PathBuf,
    entered: usize,
    refused: usize,
    first: Option<Failure>,
}

impl Entering<'_> {
    fn enter(&mut self, batch: Vec<Placed>) -> Done {
        let (mut lines, mut places) = (Vec::new(), Vec::new());
        for Placed { place, record } in batch {
            let given = (self.from.as_path(), self.submit, self.by.clone());
            match record.and_then(|record| command(self.client, record, given)) {
                Ok(command) => {
                    lines.extend(serde_json::to_vec(&command).unwrap_or_default());
                    lines.push(b'\n');
                    places.push(place);
                }
                Err(failure) if failure.code == Code::Unreachable => {
                    return Err(self.broken_off(failure));
                }
                Err(failure) => self.refuse(&place, failure),
            }
        }
        if places.is_empty() {
            return Ok(());
        }
        let (client, mut answered) = (self.client, 0);
        let sent = client.batch(&lines, |line| {
            answered += 1;
            self.take(&places, &line)
        });
        if let Err(failure) = sent {
            return Err(self.broken_off(failure));
        }
        if answered < places.len() {
            let stopped = Failure::new(Code::Unreachable, "节点已停止", "the node has stopped");
            return Err(self.broken_off(stopped));
        }
        Ok(())
    }

    fn take(&mut self, places: &[String], line: &Value) -> Done {
        let index = line["line"].as_u64().and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
        let place = index.checked_sub(1).and_then(|index| places.get(index));
        if line["answer"].is_object() {
            self.entered += 1;
            return tell_entered(self.screen, &line["answer"]);
        }
        let failure = match serde_json::from_value::<Refusal>(line["refusal"].clone()) {
            Ok(refusal) => refusal.into(),
            Err(error) => Failure::new(Code::Internal, "回答无法理解", "the answer cannot be read")
                .because(error),
        };
        self.refuse(place.map_or("?", String::as_str), failure);
        Ok(())
    }

    fn refuse(&mut self, place: &str, failure: Failure) {
        self.screen.warn(&failure, place);
        self.refused += 1;
        self.first.get_or_insert(failure);
    }

    fn broken_off(&self, failure: Failure) -> Failure {
        let (saved, refused) = (self.entered, self.refused);
        failure.remedy(
            format!("已保存 {saved} 件（见上），未录入 {refused} 件；其余未得到答复，请重新录入前用 case list 核对"),
            format!("{saved} were saved (see above), {refused} refused; the rest got no answer: compare with `case list` before entering them again"),
        )
    }

    fn finish(self) -> Done {
        let Some(first) = self.first else { return Ok(()) };
        let (saved, refused) = (self.entered, self.refused);
        Err(Failure::new(
            first.code,
            format!("{refused} 条未录入，{saved} 条已保存"),
            format!("{refused} records were refused, {saved} were saved"),
        )
        .remedy(
            "请改正上列记录后重新录入这些记录",
            "mend the records named above and enter just those again",
        ))
    }
}

fn batches(records: Vec<Placed>) -> Vec<Vec<Placed>> {
    let mut batches: Vec<Vec<Placed>> = Vec::new();
    let mut bytes = 0;
    for placed in records {
        let size = placed.record.as_ref().map_or(0, |record| {
            record.fields.iter().map(|(key, value)| key.len() + value.to_string().len()).sum()
        });
        let full = batches.last().is_none_or(|batch| batch.len() >= BATCH_RECORDS);
        if full || bytes + size > BATCH_BYTES {
            batches.push(Vec::new());
            bytes = 0;
        }
        bytes += size;
        if let Some(batch) = batches.last_mut() {
            batch.push(placed);
        }
    }
    batches
}

fn text_of(from: &Path) -> Done<String> {
    if from != Path::new("-") {
        return std::fs::read_to_string(from).map_err(|error| disk(from, error));
    }
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).map_err(|error| disk(from, error))?;
    Ok(text)
}

fn folder(from: &Path) -> PathBuf {
    from.parent().map_or_else(PathBuf::new, Path::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_are_bounded_and_keep_the_order() {
        let line = r#"{"item":"A","fields":{"x":"1"}}"#;
        let text = [line; 2_500].join("\n");
        let batches = batches(record::read(&text, None));
        assert_eq!(batches.iter().map(Vec::len).collect::<Vec<_>>(), [1_000, 1_000, 500]);
        assert_eq!(batches[2][0].place, "第2001行 line 2001");
    }
}
