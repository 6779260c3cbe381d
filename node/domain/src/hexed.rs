//! `#[serde(with = …)]`: hex for people (JSON), raw bytes in postcard.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

/// One name of `N` bytes.
pub(crate) mod one {
    use super::*;

    pub(crate) fn serialize<S: Serializer, const N: usize>(
        bytes: &[u8; N],
        to: S,
    ) -> Result<S::Ok, S::Error>
    where
        [u8; N]: Serialize,
    {
        if to.is_human_readable() {
            to.serialize_str(&hex::encode(bytes))
        } else {
            bytes.serialize(to)
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>, const N: usize>(
        from: D,
    ) -> Result<[u8; N], D::Error>
    where
        [u8; N]: Deserialize<'de>,
    {
        if !from.is_human_readable() {
            return <[u8; N]>::deserialize(from);
        }
        let text = String::deserialize(from)?;
        let mut bytes = [0; N];
        hex::decode_to_slice(&text, &mut bytes).map_err(|_| {
            D::Error::custom(format!("expected {} hex digits, got {text:?}", 2 * N))
        })?;
        Ok(bytes)
    }
}

/// Names defined in `daiban_sync`, which serialize as plain bytes.
macro_rules! foreign {
    ($module:ident, $name:ty) => {
        pub(crate) mod $module {
            use super::*;

            pub(crate) fn serialize<S: Serializer>(id: &$name, to: S) -> Result<S::Ok, S::Error> {
                one::serialize(&id.0, to)
            }

            pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
                from: D,
            ) -> Result<$name, D::Error> {
                one::deserialize(from).map(<$name>::from_bytes_of)
            }
        }
    };
}

trait FromBytesOf {
    fn from_bytes_of(bytes: [u8; 32]) -> Self;
}

impl FromBytesOf for daiban_sync::id::BlobId {
    fn from_bytes_of(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl FromBytesOf for daiban_sync::id::NodeKey {
    fn from_bytes_of(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

foreign!(blob, daiban_sync::id::BlobId);
foreign!(node, daiban_sync::id::NodeKey);

/// A name of our own that prints as hex.
macro_rules! hex_id {
    ($(#[$doc:meta])* $name:ident, $len:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub struct $name(#[serde(with = "crate::hexed::one")] pub [u8; $len]);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&hex::encode(self.0))
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}({})", stringify!($name), hex::encode(&self.0[..4]))
            }
        }

        impl std::str::FromStr for $name {
            type Err = daiban_sync::id::IdError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let mut bytes = [0; $len];
                hex::decode_to_slice(text, &mut bytes).map_err(|_| daiban_sync::id::IdError::Hex {
                    what: stringify!($name),
                    digits: 2 * $len,
                    found: text.chars().take(80).collect(),
                })?;
                Ok(Self(bytes))
            }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                crate::schema::hex($len)
            }
        }
    };
}
pub(crate) use hex_id;
