//! What is so: where a case stands, how it reached people, cards, ratings, figures.

use super::messages;

messages! {
    status_incomplete { zh: "待齐", en: "incomplete" }
    status_draft { zh: "草稿", en: "draft" }
    status_received { zh: "收件", en: "received" }
    status_correction { zh: "补正", en: "correction requested" }
    status_accepted { zh: "受理", en: "accepted" }
    status_in_progress { zh: "在办", en: "in progress" }
    status_paused { zh: "挂起", en: "paused" }
    status_stale { zh: "待重新确认", en: "stale, to be reconfirmed" }
    status_awaiting_confirmation { zh: "待确认", en: "awaiting confirmation" }
    status_decided { zh: "已决定", en: "decided" }
    status_closed { zh: "办结", en: "closed" }
    status_not_accepted { zh: "不予受理", en: "not accepted" }
    status_not_granted { zh: "不予批准", en: "not granted" }
    status_withdrawn { zh: "撤回", en: "withdrawn" }
    status_voided { zh: "作废", en: "voided" }

    handover_pickup { zh: "窗口领取", en: "picked up" }
    handover_agent { zh: "代办员送达", en: "brought by the agent" }
    handover_post(tracking: &str) { zh: "邮政快递 {tracking}", en: "by post {tracking}" }
    handover_electronic { zh: "电子送达", en: "electronic" }

    delivery_village_pickup { zh: "代办点领取", en: "fetched at the village point" }
    delivery_town_pickup { zh: "镇中心领取", en: "fetched at the town's centre" }
    delivery_county_pickup { zh: "县中心领取", en: "fetched at the county's centre" }
    delivery_agent_home { zh: "代办员送达", en: "brought by the agent" }
    delivery_ems { zh: "邮政快递", en: "by post" }
    delivery_e_licence { zh: "电子证照", en: "electronic licence" }
    delivery_sms_only { zh: "短信告知", en: "text message" }
    delivery_bank_card { zh: "一卡通发放", en: "paid into the card" }

    card_none { zh: "无", en: "none" }
    card_warning { zh: "预警", en: "warning" }
    card_yellow { zh: "黄牌", en: "yellow card" }
    card_red { zh: "红牌", en: "red card" }
    card_appealed { zh: "申诉中", en: "appealed" }
    card_upheld { zh: "维持", en: "upheld" }
    card_withdrawn { zh: "已撤牌", en: "withdrawn" }

    rating_5 { zh: "非常满意", en: "very satisfied" }
    rating_4 { zh: "满意", en: "satisfied" }
    rating_3 { zh: "基本满意", en: "fairly satisfied" }
    rating_2 { zh: "不满意", en: "not satisfied" }
    rating_1 { zh: "非常不满意", en: "not satisfied at all" }

    share_accepted { zh: "受理率", en: "accepted of those received" }
    share_completed { zh: "办结率", en: "completed of those accepted" }
    share_on_time { zh: "按时办结率", en: "on time of those completed" }
    share_satisfied { zh: "满意率", en: "satisfied of those rated" }
    share_online { zh: "网上办理率", en: "accepted at another office than where handed in" }
    share_one_visit { zh: "最多跑一次率", en: "at most one visit of those closed" }
    share_materials_saved { zh: "材料免提交率", en: "materials that nobody had to bring" }
    share_yellow { zh: "黄牌率", en: "with a yellow card of those under way" }
    share_red { zh: "红牌率", en: "with a red card of those under way" }
}
