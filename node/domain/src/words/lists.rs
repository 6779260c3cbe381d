//! Lists of many applications: what is wrong with a list or a row, and what became of it.

use super::messages;

messages! {
    /// The columns that a file of faulty rows has before those of its list.
    list_row { zh: "行号", en: "Row" }
    list_fault { zh: "错误", en: "What is wrong" }
    list_remedy { zh: "如何更正", en: "What to do" }

    cell_is_error(found: &str) { zh: "单元格是错误值{found}", en: "the cell holds the error {found}" }
    mend_formula { zh: "请改正公式或填写内容", en: "mend the formula, or type the value" }
    cell_lost_digits {
        zh: "表格软件把长号码存成了数字，末尾几位已丢失",
        en: "the spreadsheet stored a long number as a figure and lost its last digits",
    }
    format_as_text {
        zh: "请把该列设置为“文本”格式，再重新输入号码",
        en: "format the column as text, then type the number again",
    }
    cell_beyond { zh: "没有对应的栏目名称", en: "it stands under no title" }
    look_for_commas {
        zh: "请检查是否多了逗号，内容中有逗号时须加引号",
        en: "see whether there is a comma too many; text with a comma needs quotes",
    }

    column_untitled(column: usize) {
        zh: "第{column}列没有名称；请填写栏目名称或删除该列",
        en: "column {column} has no title; name its field or delete it",
    }
    column_meant(column: usize, title: &str, meant: &str) {
        zh: "第{column}列“{title}”不是该事项的栏目；是否为“{meant}”",
        en: "column {column} {title:?} is no field of the item; is {meant:?} meant?",
    }
    column_unknown(column: usize, title: &str, known: &str) {
        zh: "第{column}列“{title}”不是该事项的栏目；可用的栏目：{known}",
        en: "column {column} {title:?} is no field of the item; the fields are {known}",
    }
    column_ambiguous(column: usize, title: &str, one: &str, other: &str) {
        zh: "第{column}列“{title}”对应两个栏目；请改用 {one} 或 {other}",
        en: "column {column} {title:?} fits two fields; name it {one} or {other}",
    }
    column_twice(title: &str) {
        zh: "“{title}”出现两次；请只保留一列",
        en: "{title:?} comes twice; keep one of the columns",
    }
    column_lacking(label: &str, key: &str) {
        zh: "缺少必填栏目“{label}”；请增加名为“{label}”或 {key} 的一列",
        en: "the required field {label:?} has no column; add one named {label:?} or {key}",
    }
    header_unfit(name: &str, code: &str) {
        zh: "表头与事项“{name}”（{code}）不符，没有录入",
        en: "the header does not fit {code}; nothing was entered",
    }
    mend_header { zh: "请按下列各项修改第一行", en: "mend the first row as follows" }

    list_empty(name: &str) { zh: "{name} 是空的", en: "{name} is empty" }
    name_columns { zh: "第一行应为各栏名称", en: "its first row should name the columns" }
    list_too_wide(name: &str, max: usize) {
        zh: "{name} 超过{max}列",
        en: "{name} has more than {max} columns",
    }
    keep_columns_of_item { zh: "请只保留该事项的栏目", en: "keep only the columns of the item" }
    list_too_large(name: &str, max_mb: u64) {
        zh: "{name} 超过 {max_mb} MB",
        en: "{name} has more than {max_mb} MB",
    }
    list_unpacks_too_large(name: &str, max_mb: u64) {
        zh: "{name} 解压后超过 {max_mb} MB",
        en: "{name} has more than {max_mb} MB when it is unpacked",
    }
    split_list { zh: "请分成几个文件导入", en: "split it into several files" }
    list_too_long(name: &str, max: usize) {
        zh: "{name} 超过 {max} 行",
        en: "{name} has more than {max} rows",
    }
    save_as_csv_or_split {
        zh: "请另存为“CSV UTF-8”（行数不限），或分成几个文件",
        en: "save it as `CSV UTF-8`, which may have any number of rows, or split it",
    }
    list_has_no_sheets(name: &str) { zh: "{name} 没有工作表", en: "{name} has no sheets" }
    sheets_of_workbooks {
        zh: "--sheet 只用于 xlsx 和 xls",
        en: "--sheet is for xlsx and xls",
    }
    sheet_unknown(name: &str, sheet: &str) {
        zh: "{name} 没有工作表“{sheet}”",
        en: "{name} has no sheet {sheet:?}",
    }
    sheets_are(sheets: &str) { zh: "工作表有：{sheets}", en: "its sheets are: {sheets}" }
    workbook_unreadable(name: &str) {
        zh: "{name} 不是可以读取的工作簿",
        en: "{name} is no workbook that can be read",
    }
    save_without_password {
        zh: "请取消密码并另存为 xlsx 或“CSV UTF-8”",
        en: "remove its password, then save it as xlsx or as `CSV UTF-8`",
    }
    workbook_old(name: &str) {
        zh: "{name} 是旧格式的工作簿",
        en: "{name} is a workbook in the old format",
    }
    list_unreadable(name: &str) {
        zh: "{name} 不是可以读取的表格",
        en: "{name} cannot be read as a list",
    }
    save_as_list {
        zh: "请在表格软件中另存为“CSV UTF-8”或 xlsx",
        en: "save it from the spreadsheet as `CSV UTF-8` or as xlsx",
    }
    list_not_read(name: &str) { zh: "{name} 无法读写", en: "{name} cannot be read or written" }
    check_path_and_disk {
        zh: "请核对路径、权限和磁盘空间",
        en: "check the path, the permissions and the disk's space",
    }

    page_batch { zh: "批量录入", en: "Enter a list" }
    batch_of(name: &str) { zh: "批量录入：{name}", en: "A list for {name}" }
    batch_hint {
        zh: "一次收齐的名单（如全村参保登记）可以整批录入，每行一件：先检查，看过结果再确认录入",
        en: "Many applications for one item come as a list, one a row: it is checked first and entered when you confirm",
    }
    batch_for_many { zh: "一次录入很多件：上传名单", en: "Many at once: give a list" }
    batch_empty_list { zh: "下载空白名单", en: "Download an empty list" }
    batch_columns { zh: "名单的栏目", en: "Columns of the list" }
    batch_column { zh: "栏目", en: "Column" }
    batch_found { zh: "填的是", en: "What it says" }
    batch_cells { zh: "填什么", en: "What it holds" }
    batch_file(rows: usize, mb: u64) {
        zh: "名单文件：CSV（UTF-8 或 GB18030）或 xlsx，至多 {rows} 行、{mb} MB",
        en: "The list as CSV (UTF-8 or GB18030) or xlsx, of at most {rows} rows and {mb} MB",
    }
    batch_submit { zh: "录入后同时提交", en: "Hand every case in at once" }
    batch_again {
        zh: "内容相同的办件已撤回、作废或不予办理的，重新录入",
        en: "Enter also what was withdrawn, voided or refused with this very content",
    }
    batch_check { zh: "检查名单（不录入）", en: "Check the list (nothing is entered)" }
    batch_no_file { zh: "没有选择名单文件", en: "no list was chosen" }
    batch_choose_file { zh: "请选择 CSV 或 xlsx 文件后再检查", en: "choose a CSV or xlsx file, then check it" }
    batch_checked { zh: "检查结果", en: "What the check found" }
    batch_enter(new: u64) { zh: "确认录入 {new} 件", en: "Enter {new} cases" }
    batch_nothing_new { zh: "没有可以录入的新行", en: "No row is new and can be entered" }
    batch_entering { zh: "正在录入，请稍候", en: "It is being entered" }
    batch_look_again { zh: "查看进展", en: "See how far it is" }
    batch_entered { zh: "录入结果", en: "What was entered" }
    batch_faulty { zh: "有误的行（没有录入）", en: "Faulty rows (not entered)" }
    batch_errors_file { zh: "下载有误的行", en: "Download the faulty rows" }
    batch_mend {
        zh: "请在下载的文件中改正（前三栏不必动），存盘后在下面上传；已录入的行不会重复录入",
        en: "Mend them in that file (leave the first three columns), save it and give it below; what is entered is not entered twice",
    }
    batch_faults_shown(shown: usize) {
        zh: "这里只列出前 {shown} 处，全部在文件中",
        en: "Only the first {shown} are shown; all are in the file",
    }
    batch_enter_again { zh: "重新申请的，请勾选“重新录入”后再上传", en: "to enter them anew, give the list again with that choice" }
    batch_gone { zh: "这份名单已经不在了", en: "this list is here no more" }
    batch_give_again {
        zh: "请重新上传；已录入的行不会重复录入",
        en: "give it again; rows that are entered are not entered twice",
    }
    file_too_large { zh: "上传的文件太大", en: "the file is too large" }
    choose_smaller_file { zh: "请换小一些的文件，或分成几个", en: "choose a smaller one, or split it" }

    row_twice(first: u64) {
        zh: "与第{first}行重复",
        en: "it asks for the same as row {first}",
    }
    delete_one_row {
        zh: "请删除其中一行，或核对证件号码等栏",
        en: "delete one of the two, or check the ID number",
    }
    rows_entered(rows: u64, new: u64, known: u64, faulty: u64) {
        zh: "共{rows}行：录入{new}，以前已录入{known}，有误{faulty}",
        en: "{rows} rows: {new} entered, {known} were there, {faulty} faulty",
    }
    rows_rehearsed(rows: u64, new: u64, known: u64, faulty: u64) {
        zh: "共{rows}行：可录入（未录入）{new}，以前已录入{known}，有误{faulty}",
        en: "{rows} rows: {new} could be entered (nothing was), {known} were there, {faulty} faulty",
    }
    rows_denied(denied: u64) {
        zh: "以前录入的有{denied}件已撤回、作废或不予办理",
        en: "{denied} of those there were withdrawn, voided or refused",
    }
    rows_broken_off(new: u64) {
        zh: "已录入{new}件；排除故障后再录一次，只补录其余的行",
        en: "{new} were entered; see to it, then enter the list again: it enters just the rest",
    }
}
