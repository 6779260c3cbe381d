//! What is done with a case: acts, the actions of stages, what can be done next.

use super::messages;

messages! {
    act_opened { zh: "建档", en: "opened" }
    act_material_attached { zh: "附件", en: "material attached" }
    act_submitted { zh: "收件", en: "submitted" }
    act_withdrawn { zh: "撤回", en: "withdrawn" }
    act_pre_checked { zh: "预审", en: "pre-checked" }
    act_first_checked { zh: "初审", en: "first check" }
    act_accepted { zh: "受理", en: "accepted" }
    act_refused { zh: "不予受理", en: "refused" }
    act_correction_requested { zh: "要求补正", en: "correction requested" }
    act_corrected { zh: "补正", en: "corrected" }
    act_referred { zh: "抄告", en: "referred" }
    act_surveyed { zh: "踏勘", en: "surveyed" }
    act_surveyed_together { zh: "联合踏勘", en: "surveyed together" }
    act_reviewed { zh: "审核", en: "reviewed" }
    act_silence_recorded { zh: "记录逾期未答复", en: "silence recorded" }
    act_paused { zh: "挂起", en: "paused" }
    act_resumed { zh: "恢复", en: "resumed" }
    act_extended { zh: "延期", en: "extended" }
    act_publicised { zh: "公示", en: "publicised" }
    act_decided { zh: "决定", en: "decided" }
    act_confirmed { zh: "确认", en: "confirmed" }
    act_reconfirmed { zh: "重新确认", en: "reconfirmed" }
    act_issued { zh: "制证", en: "issued" }
    act_paid { zh: "发放", en: "paid" }
    act_delivered { zh: "送达", en: "delivered" }
    act_closed { zh: "办结", en: "closed" }
    act_voided { zh: "作废", en: "voided" }
    act_rated { zh: "评价", en: "rated" }
    act_rectified { zh: "整改", en: "rectified" }
    act_complained { zh: "投诉", en: "complained" }
    act_complaint_answered { zh: "投诉答复", en: "complaint answered" }
    act_asked { zh: "咨询", en: "asked" }
    act_question_answered { zh: "咨询答复", en: "question answered" }
    act_card_appealed { zh: "亮牌申诉", en: "card appealed" }
    act_card_withdrawn { zh: "撤牌", en: "card withdrawn" }
    act_appeal_refused { zh: "维持亮牌", en: "appeal refused" }
    act_supervision_noted { zh: "督办", en: "supervision noted" }
    act_transferred { zh: "移送", en: "transferred" }
    act_help_asked { zh: "请求协查", en: "help asked" }
    act_help_recorded { zh: "协查结果", en: "help recorded" }
    act_migrated { zh: "换版", en: "migrated" }
    act_material_reused { zh: "材料复用", en: "material reused" }
    act_applied_again { zh: "重复申请", en: "applied again" }

    action_collect { zh: "收件", en: "collect" }
    action_accept { zh: "受理", en: "accept" }
    action_first_check { zh: "初审", en: "first check" }
    action_refer { zh: "抄告", en: "refer" }
    action_survey { zh: "踏勘", en: "survey" }
    action_publicity { zh: "公示", en: "publicity" }
    action_review { zh: "审核", en: "review" }
    action_joint_review { zh: "联审", en: "joint review" }
    action_appraise { zh: "鉴定", en: "appraise" }
    action_confirm { zh: "审核确认", en: "confirm" }
    action_decide { zh: "决定", en: "decide" }
    action_issue { zh: "制证", en: "issue" }
    action_pay { zh: "发放", en: "pay" }
    action_forward { zh: "转报", en: "forward" }

    next_submit { zh: "收件", en: "submit" }
    next_withdraw { zh: "撤回", en: "withdraw" }
    next_correct { zh: "补正", en: "correct" }
    next_accept { zh: "受理", en: "accept" }
    next_refuse { zh: "不予受理", en: "refuse" }
    next_request_correction { zh: "要求补正", en: "request correction" }
    next_resume { zh: "恢复", en: "resume" }
    next_record_silence { zh: "记录逾期未答复", en: "record silence" }
    next_rectify { zh: "整改", en: "rectify" }
    next_answer_complaint { zh: "投诉答复", en: "answer the complaint" }
    next_answer_question { zh: "咨询答复", en: "answer the question" }
    next_withdraw_card { zh: "撤牌", en: "withdraw the card" }
    next_refuse_appeal { zh: "维持亮牌", en: "refuse the appeal" }
    next_deliver { zh: "送达", en: "deliver" }
    next_close { zh: "办结", en: "close" }
    next_reconfirm { zh: "重新确认", en: "reconfirm" }
}
