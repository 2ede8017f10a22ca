# Questions to a person. `--yes` answers the ordinary ones; phrases and single steps are answered by `--confirm TEXT`.
RBK_YES=0
RBK_CONFIRMS=()
RBK_ANSWER=''

rbk_terminal() {
  [ -t 0 ] && [ -t 2 ]
}

# Whether the command line, or this run's journal, holds this confirmation.
rbk_confirmed() {
  rbk_among "$1" ${RBK_CONFIRMS[@]+"${RBK_CONFIRMS[@]}"} && return 0
  [ -n "${2-}" ] && rbk_get "a:$2" && [ "$RBK_VALUE" = "$1" ]
}

# Asks and reads one line into RBK_ANSWER. Without a terminal the run stops: a person is needed.
rbk_prompt() {
  rbk_terminal || rbk_stop 7 person no_terminal "$1"
  rbk_out p "$1 "
  RBK_ANSWER='' RBK_READING=1
  IFS= read -r RBK_ANSWER || rbk_stop 7 person no_terminal "$1"
  RBK_READING=0
}

# A question of yes or no: fails for anything but a yes.
rbk_agrees() {
  rbk_msg yes_no
  rbk_prompt "$1 $RBK_TEXT"
  case $RBK_ANSWER in [yYsS] | [yY][eE][sS] | [sS][iI] | [sS]í | [sS]Í) return 0 ;; *) return 1 ;; esac
}

# An ordinary question, answered by --yes.
rbk_agrees_or_yes() {
  [ "$RBK_YES" = 1 ] || rbk_agrees "$1"
}

# A phrase that must be typed: ID TEXT PHRASE. Nothing but the phrase itself will do.
rbk_phrase() {
  if rbk_confirmed "$3" "$1"; then
    rbk_journal said "$1" "$3" "$operator"
    return 0
  fi
  rbk_out w "$2"
  rbk_msg type_phrase "$3"
  rbk_prompt "$RBK_TEXT"
  [ "$RBK_ANSWER" = "$3" ] || rbk_stop 7 person not_confirmed "$3"
  rbk_journal said "$1" "$3" "$operator"
}

# A question by eye about a step: ID TEXT. Fails for a no; `--confirm STEP` says yes.
rbk_vouch() {
  if ! rbk_confirmed "$1" && ! rbk_confirmed "$RBK_ID"; then
    rbk_terminal || rbk_stop 7 person no_terminal "$2 (--confirm $RBK_ID)"
    rbk_agrees "$2" || return 1
  fi
  rbk_journal said "$1" yes "$operator"
}
