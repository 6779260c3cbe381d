//! The HTTP API and its document (OpenAPI 3.1), which follows from the code.
//!
//! A route is added together with its line of the document. What it takes and gives is read off the
//! types of its handler, by the attributes that `serde` reads too: there is nothing to keep equal.

mod document;
mod parts;

use axum::Router;
use axum::handler::Handler;
use axum::http::Method;
use axum::routing::{MethodFilter, MethodRouter, on};

pub use document::document;
use parts::{Described, Schemas, Shape};
pub(crate) use parts::{Part, Taken};

/// Who may send a request.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Who {
    Everybody,
    /// Somebody with an account of the office, within their roles.
    Account,
    /// A program of this machine that can read the data directory.
    Machine,
}

/// One method of one path.
pub(crate) struct Operation {
    method: Method,
    path: &'static str,
    who: Who,
    summary: &'static str,
    shape: ShapeOf,
}

enum ShapeOf {
    Handler(fn(&mut Schemas) -> Shape),
    /// Media types of what is sent and of what is answered; empty: nothing.
    Media(&'static str, &'static str),
}

/// Routes with what the document says of them.
pub(crate) struct Routes<S> {
    router: Router<S>,
    operations: Vec<Operation>,
}

impl<S: Clone + Send + Sync + 'static> Routes<S> {
    pub(crate) fn new() -> Self {
        Self { router: Router::new(), operations: Vec::new() }
    }

    /// A route whose handler says what it takes and gives.
    pub(crate) fn add<H, T, D>(
        self,
        (method, path): (Method, &'static str),
        who: Who,
        summary: &'static str,
        handler: H,
    ) -> Self
    where
        H: Handler<T, S> + Described<D>,
        T: 'static,
    {
        let route = on(filter(&method), handler);
        let shape = ShapeOf::Handler(H::describe);
        self.put(Operation { method, path, who, summary, shape }, route)
    }

    /// A route for the command of this program, whose bodies are told by their media types only.
    pub(crate) fn machine(
        self,
        (method, path): (Method, &'static str),
        summary: &'static str,
        (takes, gives): (&'static str, &'static str),
        route: MethodRouter<S>,
    ) -> Self {
        let shape = ShapeOf::Media(takes, gives);
        self.put(Operation { method, path, who: Who::Machine, summary, shape }, route)
    }

    fn put(mut self, operation: Operation, route: MethodRouter<S>) -> Self {
        self.router = self.router.route(operation.path, route);
        self.operations.push(operation);
        self
    }

    pub(crate) fn router(self) -> Router<S> {
        self.router
    }

    pub(crate) fn operations(self) -> Vec<Operation> {
        self.operations
    }
}

fn filter(method: &Method) -> MethodFilter {
    MethodFilter::try_from(method.clone()).expect("the API uses methods that axum knows")
}
