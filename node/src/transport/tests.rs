mod enrolment;
mod flow;
mod hostile;
mod links;
mod support;
