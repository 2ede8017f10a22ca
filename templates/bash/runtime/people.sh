# What people do: manual steps, confirmations, checklists, messages. Questions change nothing, so a question that was cut
# short is simply asked again.

# ID TITLE WHO WHERE EXPECT CHECK [OPTION…]
rbk_manual() {
  local _question=''
  rbk_options "${@:7}" repeatable
  rbk_enter "$1" "$2"
  [ "$RBK_GO" = 1 ] || return 0
  [ -z "$3" ] || rbk_say t by "$3"
  [ -z "$4" ] || rbk_say t at "$4"
  [ -z "$5" ] || rbk_say t expect "$5"
  [ "$RBK_MODE" = run ] || return 0
  rbk_journal start "$RBK_ID"
  RBK_SINCE=$SECONDS
  rbk_msg manual_done
  _question=$RBK_TEXT
  rbk_vouched "$RBK_ID" "$_question"
  if [ "$RBK_YES_HE_DID" = 1 ] && [ -n "$6" ]; then
    rbk_ask_world "$6"
    rbk_ok || RBK_YES_HE_DID=0
    rbk_ok || rbk_say w seen "$RBK_WHY"
  fi
  if [ "$RBK_YES_HE_DID" = 1 ]; then
    rbk_done "$((SECONDS - RBK_SINCE))"
  else
    rbk_msg manual_not_done
    rbk_failed 7 person "$RBK_TEXT"
  fi
}

RBK_YES_HE_DID=0

rbk_vouched() {
  RBK_YES_HE_DID=0
  if rbk_vouch "$1" "$2"; then RBK_YES_HE_DID=1; fi
}

# ID TITLE PHRASE [OPTION…]; without a phrase an ordinary question.
rbk_confirm() {
  rbk_options "${@:4}" repeatable
  rbk_enter "$1" "$2"
  [ "$RBK_GO" = 1 ] && [ "$RBK_MODE" = run ] || return 0
  rbk_journal start "$RBK_ID"
  if [ -n "$3" ]; then
    rbk_phrase "$RBK_ID" "$2" "$3"
  elif ! rbk_confirmed "$RBK_ID" && ! rbk_agrees_or_yes "$2"; then
    rbk_stop 7 person not_confirmed "$RBK_ID"
  fi
  rbk_journal said "$RBK_ID" yes "$operator"
  rbk_done 0
}

# An item of a checklist: ID TEXT [CHECK]. What fails is counted in RBK_OPEN_ITEMS.
RBK_OPEN_ITEMS=0

rbk_item() {
  if [ "$RBK_MODE" = show ]; then
    rbk_out t "    [ ] $2"
    return 0
  fi
  if [ -n "${3-}" ]; then
    rbk_ask_world "$3"
  else
    rbk_asks "$1" "$2"
  fi
  if rbk_ok; then
    rbk_out t "    [x] $2"
    return 0
  fi
  rbk_out w "    [ ] $2"
  RBK_OPEN_ITEMS=$((RBK_OPEN_ITEMS + 1))
}

# Whether an item is asked at all: CHECK.
rbk_when() {
  if [ "$RBK_MODE" = show ]; then RBK_OK=1; else rbk_ask_world "$1"; fi
}

# A checklist that must be complete: ID TITLE FUNCTION [OPTION…].
rbk_require() {
  rbk_options "${@:4}" repeatable
  rbk_enter "$1" "$2"
  [ "$RBK_GO" = 1 ] || [ "$RBK_MODE" = show ] || return 0
  RBK_OPEN_ITEMS=0
  rbk_journal start "$1"
  rbk_do "$3"
  [ "$RBK_MODE" = run ] || return 0
  if [ "$RBK_OPEN_ITEMS" = 0 ]; then
    rbk_done 0
  else
    rbk_msg items_open "$RBK_OPEN_ITEMS"
    rbk_failed 7 person "$RBK_TEXT"
  fi
}

# A message: ID TITLE SUBJECT TEXT BODY BY_HAND [OPTION…]. That it can't be sent never stops a run.
rbk_notify() {
  rbk_options "${@:7}"
  rbk_enter "$1" "$2" "$5"
  [ "$RBK_GO" = 1 ] || return 0
  rbk_out t "$4"
  [ -z "$6" ] || rbk_out t "$6"
  [ "$RBK_MODE" = run ] || return 0
  rbk_journal start "$RBK_ID"
  if [ -n "$5" ]; then
    subject=$3 message=$4
    rbk_event message subject "$subject" text "$message"
    rbk_attempts "$5"
    subject='' message=''
    [ -z "$RBK_SIGNAL" ] || rbk_failed 1 failed ''
    rbk_reason
    [ "$RBK_STATUS" = 0 ] || rbk_say w not_sent "$2" "$RBK_TEXT"
  fi
  rbk_done "$RBK_TOOK"
}

# The run stops and names whom to call: ID TITLE ROLE.
rbk_escalate() {
  rbk_options_reset
  rbk_enter "$1" "$2"
  [ "$RBK_GO" = 1 ] && [ "$RBK_MODE" = run ] || return 0
  rbk_journal start "$RBK_ID"
  rbk_say w call_now "$3"
  rbk_stop 7 person escalated "$3"
}

# Polls, and remembers which way it went: ID TITLE CHECK WITHIN EVERY OTHERWISE [TEXT…]. The way is `yes`, the number of
# the text that the answer contained, or `otherwise`.
rbk_await() {
  local _id='' _until=0 _way='' _i=0 _every=$5 _otherwise=$6
  rbk_options_reset
  O_limit=$4 O_repeat=1
  rbk_enter "$1" "$2"
  [ "$RBK_GO" = 1 ] || return 0
  _id=$RBK_ID _until=$((SECONDS + $4))
  RBK_SINCE=$SECONDS
  rbk_journal start "$_id"
  while [ -z "$_way" ]; do
    rbk_ask_world "$3"
    [ "$RBK_MODE" = run ] || return 0
    rbk_ok && _way=yes
    for ((_i = 7; _i <= $#; _i++)); do
      case $RBK_GOT in *"${!_i}"*) _way=$((_i - 6)) ;; esac
    done
    [ -z "$_way" ] || break
    if [ "$((SECONDS + _every))" -gt "$_until" ]; then
      _way=otherwise
    else
      rbk_sleep "$_every"
    fi
  done
  RBK_ID=$_id
  if [ "$_way" = otherwise ] && [ "$_otherwise" = 0 ]; then
    rbk_failed 1 failed "$RBK_WHY"
    return 0
  fi
  rbk_journal branch "$_id" "$_way"
  rbk_done "$((SECONDS - RBK_SINCE))"
}

# Somebody who may decide has to agree: ID TITLE WHO.
rbk_authority() {
  rbk_options repeatable
  rbk_enter "$1" "$2"
  [ "$RBK_GO" = 1 ] && [ "$RBK_MODE" = run ] || return 0
  rbk_journal start "$RBK_ID"
  rbk_msg authority "$3"
  rbk_vouched "$RBK_ID" "$RBK_TEXT"
  [ "$RBK_YES_HE_DID" = 1 ] || rbk_stop 7 person not_confirmed "$RBK_ID"
  rbk_done 0
}
