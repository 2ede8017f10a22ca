# The generated part of a script, written by hand: a shop on SQLite and a code link. The runtime's tests run it.
RBK_PLAN='shop'
RBK_PLAN_TITLE='Roll back the shop'
RBK_VERSION='0.0.0'
RBK_SOURCE='shop.rbk'
RBK_HASH='0123456789abcdef'
RBK_ENVIRONMENTS='staging production'
RBK_PARAMS='release previous shop_dir backup_dir'
RBK_INPUTS='reason'
RBK_VALUES='orders'
RBK_COPIES=''
RBK_SECRETS='SHOP_KEY'
RBK_NAMES='plan stamp operator environment run backup_path to release previous shop_dir backup_dir reason orders'
RBK_PROCEDURES='full back_out'
RBK_ALL_PHASES='migrate'
RBK_VERIFIABLE='full'
RBK_RTO='15:00'
release='' previous='' shop_dir='' backup_dir='' reason='' orders=''

rbk_assign() {
  case $1 in
    release) release=$2 ;;
    previous) previous=$2 ;;
    shop_dir) shop_dir=$2 ;;
    backup_dir) backup_dir=$2 ;;
    reason) reason=$2 ;;
    orders) orders=$2 ;;
  esac
}

rbk_params() {
  release='v2'
  if rbk_given release; then release=$RBK_VALUE; fi
  previous='v1'
  if rbk_given previous; then previous=$RBK_VALUE; fi
  shop_dir='/srv/shop'
  if rbk_given shop_dir; then shop_dir=$RBK_VALUE; fi
  backup_dir="$shop_dir"'/backups'
  if rbk_given backup_dir; then backup_dir=$RBK_VALUE; fi
}

rbk_environment() {
  case $1 in
    staging) ;;
    production) RBK_PROTECTED=1 ;;
    *) return 1 ;;
  esac
}

rbk_state_dir() {
  RBK_STATE='/var/lib/rbk/shop/'"$environment"
}

rbk_secrets() {
  rbk_secret SHOP_KEY required
}

rbk_inputs() {
  rbk_input reason 'Why?' '' anything
}

rbk_phase() {
  RBK_PHASE_BACKUPS='' RBK_PHASE_VALUES='' RBK_PHASE_TITLE='' RBK_DESCRIBED=0
  case $1 in
    migrate) RBK_PHASE_TITLE='Apply v2' RBK_PHASE_BACKUPS='before' RBK_PHASE_VALUES='orders was_code' ;;
    *) return 1 ;;
  esac
}

rbk_procedure() {
  RBK_PHASES='' RBK_P_TITLE='' RBK_P_RTO=900 RBK_P_WITHOUT=''
  case $1 in
    full) RBK_P_TITLE='Database and code' RBK_PHASES='migrate' ;;
    back_out) RBK_PHASES='migrate' ;;
    *) return 1 ;;
  esac
}

rbk_about() {
  case $1 in
    full)
      rbk_fact lost 'orders written after the migration'
      ;;
  esac
}

rbk_steps() {
  case $1 in
    migrate) RBK_STEPS='stop_api take_before orders switch_code columns drop start_api answers send' ;;
    full) RBK_STEPS='stop_api restore_db switch_code no_order_missing start_api health' ;;
    back_out) RBK_STEPS='start_api' ;;
    *) return 1 ;;
  esac
}

rbk_needs() {
  rbk_need_tool sqlite3
  case $1 in
    full)
      rbk_need_ref code "$previous" check_code__resolve 1
      rbk_need_backup before 1000 check_before
      ;;
  esac
}

rbk_references() {
  case $1 in migrate) rbk_was code check_code__current ;; esac
}

rbk_unpassed() {
  case $1:$2 in migrate:inside:send) rbk_not_passed check_unsent after:answers ;; esac
}

rbk_find_point() {
  :
}

rbk_matrix() {
  RBK_VERDICT=refused RBK_VERDICT_WHY='it is not a way back from there'
  case $1:$2:$3 in
    migrate:before:* | migrate:inside:stop_api:* | migrate:after:stop_api:*)
      case $3 in back_out | full) RBK_VERDICT=recovers ;; esac
      ;;
    migrate:*:send:*) RBK_VERDICT_WHY='mails may be out' ;;
    migrate:unknown:*) RBK_VERDICT_WHY='nobody knows where it stopped' ;;
    migrate:*)
      # shellcheck disable=SC2086 # a list of ids
      rbk_among "${2#*:}" $SHOP_POINTS || return 1
      case $3 in full) RBK_VERDICT=recovers ;; esac
      ;;
    *) return 1 ;;
  esac
}
SHOP_POINTS='take_before orders switch_code columns drop start_api answers send'

db__backup() {
  local path="$shop_dir"'/shop.db'
  sqlite3 "$path" ".backup '$backup_path'"
}

db__check() {
  [ "$(sqlite3 "$backup_path" 'pragma integrity_check')" = ok ]
}

db__restore() {
  local path="$shop_dir"'/shop.db'
  cp "$backup_path" "$path.new"
  mv "$path.new" "$path"
}

db__query() {
  local path="$shop_dir"'/shop.db'
  sqlite3 -batch -bail "$path"
}

code__current() {
  readlink "$shop_dir"/current
}

code__resolve() {
  [ -d "$shop_dir/releases/$to" ]
}

code__switch() {
  ln -sfn "$to" "$shop_dir"/current
}

api__stop() {
  rm -f "$shop_dir/running"
}

api__start() {
  : >"$shop_dir/running"
}

api__healthy() {
  [ -e "$shop_dir/running" ]
}

check_code__current() {
  rbk_sh 30 code__current
}

check_code__resolve() {
  rbk_sh 30 code__resolve
}

check_before() {
  rbk_sh 60 db__check
}

check_unsent() {
  rbk_sh 30 check_unsent_1 is '==' 0
}

check_unsent_1() {
  printf '%s\n' 'select count(*) from outbox' | db__query
}

check_orders() {
  rbk_sh 30 check_orders_1
}

check_orders_1() {
  printf '%s\n' 'select count(*) from orders' | db__query
}

check_no_order_missing() {
  rbk_sh 30 check_orders_1 is '==' "$orders"
}

check_healthy() {
  rbk_poll check_healthy_1 3 1 0
}

check_healthy_1() {
  rbk_sh 30 api__healthy
}

step_migrate_switch_code() {
  local to="$release"
  code__switch
}

step_migrate_columns() { # shop.rbk:40
  sqlite3 -bail "$shop_dir/shop.db" 'alter table orders add column note text'
  if [ -e "$shop_dir/columns.sh" ]; then . "$shop_dir/columns.sh"; fi
}

step_migrate_drop() {
  sqlite3 -bail "$shop_dir/shop.db" <"$shop_dir/drop.sql"
}

step_migrate_send() {
  printf '%s\n' "insert into outbox values ('sent')" | db__query
}

step_full_switch_code() {
  local to="$previous"
  code__switch
}

run_migrate() {
  rbk_step stop_api 'stop api' api__stop limit 60 repeatable
  rbk_take take_before 'take backup before' before "$backup_dir"'/'"$plan"'-'"$stamp"'.db' 1000 db__backup 'check_before' limit 60 repeatable
  rbk_capture orders 'orders' orders text check_orders
  rbk_step switch_code 'switch code to '"$release" step_migrate_switch_code limit 60 repeatable
  rbk_step columns 'Add the new columns' step_migrate_columns limit 2
  rbk_step drop 'Drop the old columns' step_migrate_drop limit 60
  rbk_step start_api 'start api' api__start limit 60 repeatable
  rbk_verify answers 'The API answers' check_healthy
  rbk_stage 'Order mails go out'
  rbk_confirm ready 'Send 10,000 mails?' 'SEND'
  rbk_step send 'Send the order mails' step_migrate_send limit 60 repeatable
}

run_full() {
  rbk_step stop_api 'stop api' api__stop limit 60 repeatable
  rbk_restore restore_db 'restore db from before' before db__restore 'check_before' limit 300 repeatable
  rbk_step switch_code 'switch code to '"$previous" step_full_switch_code limit 60 repeatable
  rbk_verify no_order_missing 'No order is missing' check_no_order_missing
  rbk_step start_api 'start api' api__start limit 60 repeatable
  rbk_verify health 'The API answers' check_healthy
}

run_back_out() {
  rbk_step start_api 'start api' api__start limit 60 repeatable
}

rbk_do() {
  case $1 in
    run_migrate) run_migrate ;;
    run_full) run_full ;;
    run_back_out) run_back_out ;;
    db__backup) db__backup ;;
    db__check) db__check ;;
    db__restore) db__restore ;;
    db__query) db__query ;;
    code__current) code__current ;;
    code__resolve) code__resolve ;;
    api__stop) api__stop ;;
    api__start) api__start ;;
    api__healthy) api__healthy ;;
    check_code__current) check_code__current ;;
    check_code__resolve) check_code__resolve ;;
    check_before) check_before ;;
    check_unsent) check_unsent ;;
    check_unsent_1) check_unsent_1 ;;
    check_orders) check_orders ;;
    check_orders_1) check_orders_1 ;;
    check_no_order_missing) check_no_order_missing ;;
    check_healthy) check_healthy ;;
    check_healthy_1) check_healthy_1 ;;
    step_migrate_switch_code) step_migrate_switch_code ;;
    step_migrate_columns) step_migrate_columns ;;
    step_migrate_drop) step_migrate_drop ;;
    step_migrate_send) step_migrate_send ;;
    step_full_switch_code) step_full_switch_code ;;
    *) return 126 ;;
  esac
}
