//! Section 7: whom to tell, how, and in which words; and the cards of people for the last section.

use serde::Serialize;

use crate::emit::markdown::builder::Builder;
use crate::emit::markdown::md::{Block, Card, Md};
use crate::model::plan::{Authority, Channel, Contact, Message, Role};

/// Channels and messages.
#[derive(Debug, Serialize)]
pub struct Announce {
    pub channels: Vec<Card>,
    pub messages: Vec<Card>,
}

impl Builder<'_> {
    pub fn announce(&self) -> Announce {
        let channels = self.plan().channels.iter();
        Announce {
            channels: channels.map(|c| self.channel(c)).collect(),
            messages: self.plan().messages.iter().map(|m| self.message(m)).collect(),
        }
    }

    fn channel(&self, channel: &Channel) -> Card {
        let mut card = self.card("channel", &channel.common);
        card.facts = self.facts([
            ("by_hand", channel.by_hand.as_ref().map(|t| self.md(t))),
            ("limit", self.seconds(channel.timeout)),
        ]);
        card.blocks = self.commands(&channel.commands);
        card
    }

    fn message(&self, message: &Message) -> Card {
        let mut card = self.card("message", &message.common);
        let via = message.via.iter().map(|id| {
            let common = &self.plan()[*id].common;
            Md::link(&self.voice.label(common), &format!("channel-{}", common.name))
        });
        card.facts = self.facts([
            ("audience", message.audience.as_ref().map(|a| Md::text(a))),
            ("via", Some(Md::join(&via.collect::<Vec<_>>(), ", "))),
            ("every", self.seconds(message.every)),
        ]);
        let subject = message.subject.as_ref().map(|t| Block::text(self.voice.text(t)).under(self.say("subject")));
        card.blocks.extend(subject);
        card.blocks.push(Block::text(self.voice.text(&message.text)));
        card
    }

    pub fn contacts(&self) -> Vec<Card> {
        self.plan().contacts.iter().map(|c| self.contact(c)).collect()
    }

    fn contact(&self, contact: &Contact) -> Card {
        let mut card = self.card("contact", &contact.common);
        card.facts = self.each("reach", &contact.reach, |t| self.md(t));
        card.facts.extend(self.facts([
            ("hours", contact.hours.as_ref().map(|t| self.md(t))),
            ("backup_contact", contact.backup.map(|id| self.role(Role::Contact(id)))),
            ("unassigned", contact.unassigned.as_ref().map(|reason| Md::text(&reason.text))),
        ]));
        card
    }

    pub fn authorities(&self) -> Vec<Card> {
        self.plan().authorities.iter().map(|a| self.authority(a)).collect()
    }

    fn authority(&self, authority: &Authority) -> Card {
        let mut card = self.card("authority", &authority.common);
        let roles: Vec<Role> = authority.contacts.iter().map(|id| Role::Contact(*id)).collect();
        let how = if authority.all { "all_of" } else { "any_of" };
        let who = if roles.is_empty() { Md::default() } else { Md::text(&self.say(how)).and(self.roles(&roles)) };
        card.facts = self.facts([("decides", Some(who))]);
        card
    }
}
