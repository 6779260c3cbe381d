mod chains;
mod folders;
mod joins;
mod renewals;
