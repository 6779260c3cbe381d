//! What a node says about itself: `tracing` to stderr, for people or as JSON.

use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Registry, fmt, reload};

use crate::settings::{LogFormat, LogSettings};

/// Why telemetry could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The filter cannot be read.
    #[error(
        "log.level expects a level (error, warn, info, debug, trace) or a filter such as \
         `info,daiban_node::transport=debug`, got {found:?}: {why}"
    )]
    Filter { found: String, why: String },
    /// Something else has taken the subscriber.
    #[error("telemetry was already set up in this process; set it up once, in main")]
    AlreadySet,
}

/// Holds the filter, so that it can be changed while the node runs.
pub struct Telemetry {
    filter: reload::Handle<EnvFilter, Registry>,
}

/// Starts telemetry for the process.
pub fn init(settings: &LogSettings) -> Result<Telemetry, TelemetryError> {
    let (filter, handle) = reload::Layer::new(parse(&settings.level)?);
    let lines = fmt::layer().with_writer(std::io::stderr);
    let registry = tracing_subscriber::registry().with(filter);
    let set = match settings.format {
        LogFormat::Pretty => registry.with(lines.with_target(false)).try_init(),
        LogFormat::Json => registry.with(lines.json().flatten_event(true)).try_init(),
    };
    set.map_err(|_| TelemetryError::AlreadySet)?;
    Ok(Telemetry { filter: handle })
}

impl Telemetry {
    /// Takes a new level or filter at once.
    pub fn set_level(&self, level: &str) -> Result<(), TelemetryError> {
        self.filter.reload(parse(level)?).map_err(|error| TelemetryError::Filter {
            found: level.to_owned(),
            why: error.to_string(),
        })
    }
}

fn parse(level: &str) -> Result<EnvFilter, TelemetryError> {
    EnvFilter::try_new(level)
        .map_err(|error| TelemetryError::Filter { found: level.to_owned(), why: error.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_that_cannot_be_read_is_named() {
        let error = parse("info,transport=loud").unwrap_err().to_string();
        assert!(error.contains("log.level") && error.contains("loud"), "{error}");
        assert!(parse("info,daiban_node::transport=debug").is_ok());
    }
}
