//! A browser without eyes: it keeps cookies, follows redirects and fills in forms.

use ureq::http::StatusCode;

/// What a browser shows.
pub struct Page {
    pub status: StatusCode,
    pub text: String,
}

/// One browser at one office.
pub struct Browser {
    agent: ureq::Agent,
    base: String,
}

impl Page {
    /// Whether it says so.
    pub fn has(&self, part: &str) -> bool {
        self.text.contains(part)
    }

    /// The value of the first hidden field of this name.
    fn hidden(&self, name: &str) -> Option<&str> {
        let after = self.text.split_once(&format!("name=\"{name}\" value=\""))?.1;
        after.split_once('"').map(|(value, _)| value)
    }

    /// The path of the first link that begins so.
    pub fn link(&self, begin: &str) -> Option<&str> {
        let (_, after) = self.text.split_once(&format!("href=\"{begin}"))?;
        let length = after.find('"')?;
        let at = self.text.len() - after.len();
        Some(&self.text[at - begin.len()..at + length])
    }
}

impl Page {
    /// Where the first form with this in its address is sent.
    pub fn link_of_form(&self, part: &str) -> Option<String> {
        let actions = self.text.split("action=\"").skip(1);
        let mut actions = actions.filter_map(|after| after.split('"').next());
        actions.find(|action| action.contains(part)).map(str::to_owned)
    }
}

impl Browser {
    /// A browser that opens the pages at `address`.
    pub fn at(address: &str) -> Self {
        let config = ureq::Agent::config_builder().http_status_as_error(false);
        Self { agent: config.build().into(), base: format!("http://{address}") }
    }

    pub fn get(&self, path: &str) -> Page {
        let response = self.agent.get(format!("{}{path}", self.base)).call();
        read(response.expect("the node answers"))
    }

    /// Sends a form, with the key that `page` carries.
    pub fn send(&self, page: &Page, path: &str, fields: &[(&str, &str)]) -> Page {
        let key = page.hidden("form-key").unwrap_or_default();
        let pin = page.hidden("pin").unwrap_or_default().replace("&quot;", "\"");
        let hidden = [("form-key", key), ("pin", &pin)];
        let fields = hidden.iter().chain(fields).copied();
        let request = self.agent.post(format!("{}{path}", self.base));
        read(request.send_form(fields).expect("the node answers"))
    }

    /// Sends a file, with the key that `page` carries.
    pub fn upload(&self, page: &Page, path: &str, (name, content): (&str, &[u8])) -> Page {
        let key = page.hidden("form-key").unwrap_or_default();
        let mut body = Vec::new();
        for (field, file, content) in [
            ("form-key", String::new(), key.as_bytes()),
            ("file", format!("; filename=\"{name}\""), content),
        ] {
            let head =
                format!("--part\r\nContent-Disposition: form-data; name=\"{field}\"{file}\r\n\r\n");
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(content);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--part--\r\n");
        let request = self.agent.post(format!("{}{path}", self.base));
        let request = request.header("content-type", "multipart/form-data; boundary=part");
        read(request.send(&body).expect("the node answers"))
    }

    /// Signs in; gives the page that comes after.
    pub fn sign_in(&self, id: &str, password: &str) -> Page {
        let page = self.get("/sign-in");
        self.send(&page, "/sign-in", &[("id", id), ("password", password)])
    }
}

fn read(mut response: ureq::http::Response<ureq::Body>) -> Page {
    let status = response.status();
    let text = response.body_mut().read_to_string().unwrap_or_default();
    Page { status, text }
}
