//! `daiban`: one binary, all verbs. Start reading at [`args`] (what can be said) and [`exit`] (how
//! it ends); each group of verbs has its file.

mod account;
mod act;
mod args;
mod bench;
mod bundle;
mod case;
mod catalog;
mod client;
mod data;
mod demo;
mod draw;
mod exit;
mod figures;
mod home;
mod memory;
mod node;
mod numbers;
mod office;
pub mod process;
mod progress;
mod publish;
mod read;
pub mod relay;
mod run;
mod say;
mod simulate;
mod status;
mod tree;
mod watch;

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser as _};

use args::{Cli, Global, Verb};
use exit::Done;

/// The whole program.
pub fn main() -> ExitCode {
    let Cli { global, verb } = Cli::parse();
    match carry_out(&global, verb) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            match global.json {
                true => eprintln!("{}", failure.to_json()),
                false => eprintln!("daiban: {}", failure.shown(global.lang)),
            }
            ExitCode::from(failure.code as u8)
        }
    }
}

fn carry_out(global: &Global, verb: Verb) -> Done {
    let (home, screen) = (global.home(), global.screen());
    match verb {
        Verb::Init(args) => office::init(&home, &screen, &args),
        Verb::Join(args) => office::join(&home, &screen, &args),
        Verb::Office(verb) => office::office(&home, &screen, &verb),
        Verb::Run(args) => run::run(&home, &args),
        Verb::Case(verb) => case::case(&home, &screen, verb),
        Verb::Act(args) => act::act(&home, &screen, args),
        Verb::Numbers(verb) => numbers::numbers(&home, &screen, verb),
        Verb::Account(verb) => account::account(&home, &screen, verb),
        Verb::Figures(args) => figures::figures(&home, &screen, &args),
        Verb::Status => status::status(&home, &screen),
        Verb::Board(args) => watch::board(&home, &screen, &args),
        Verb::Alarms { verb: None } => status::alarms(&home, &screen),
        Verb::Alarms { verb: Some(verb) } => watch::alarms(&home, &screen, verb),
        Verb::Node(verb) => node::node(&home, &screen, verb),
        Verb::Quarantine => status::quarantine(&home, &screen),
        Verb::Sync(verb) => status::sync(&home, &screen, &verb),
        Verb::Bundle(verb) => bundle::bundle(&home, &screen, &verb),
        Verb::Verify => data::verify(&home, &screen),
        Verb::Rebuild => data::rebuild(&home, &screen),
        Verb::Backup(args) => data::backup(&home, &screen, &args),
        Verb::Restore(args) => data::restore(&home, &screen, &args),
        Verb::Catalog(verb) => catalog::catalog(&screen, &verb),
        Verb::Publish(args) => publish::publish(&home, &screen, args),
        Verb::Notices => publish::notices(&home, &screen),
        Verb::Bench(args) => bench::bench(&screen, &args),
        Verb::Simulate(args) => simulate::simulate(&screen, &args),
        Verb::Demo(args) => demo::demo(&screen, &args),
        Verb::Openapi => screen.line(&format!("{:#}", daiban_node::openapi_document())),
        Verb::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "daiban", &mut script);
            screen.line(&String::from_utf8_lossy(&script))
        }
        Verb::ExitCodes => screen.line(exit::EXIT_CODES),
    }
}
