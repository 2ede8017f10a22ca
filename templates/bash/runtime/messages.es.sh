# Messages in Spanish: KEY [VALUE…], the text in RBK_TEXT.
rbk_msg() {
  local _key=$1
  shift
  case $_key in
    usage) RBK_TEXT="Uso: ./rollback.sh VERBO [NOMBRE] [OPCIÓN…]
  list, show NOMBRE        lo que hay, y todos sus comandos
  preflight [NOMBRE]       comprueba todo lo necesario; no cambia nada
  backup FASE              hace las copias de una fase
  apply FASE               ejecuta el cambio
  run PROCEDIMIENTO        revierte el cambio
  resume, abandon MOTIVO   continúa tras una parada; descarta una ejecución sin terminar
  verify [NOMBRE]          ejecuta las comprobaciones
  status, report, log      lo que dice el diario
  version, help
Opciones: --env NOMBRE  --set nombre=valor  --dry-run  --yes  --confirm TEXTO  --only PASO  --from PASO
  --failed-at PASO  --state-dir DIR  --json  --quiet  --color always|never
Códigos: 0 hecho, 1 falló (se puede continuar), 2 uso, 3 no está listo, 4 rechazado, 5 bloqueado, 6 no verificado,
  7 hace falta una persona, 8 funciona con menos, 129/130/143 interrumpido" ;;
    home) RBK_TEXT="Generado desde $1 por rbk $2. Sin verbo no se ejecuta nada." ;;
    environments) RBK_TEXT="Entornos (--env): $1" ;;
    yes_no) RBK_TEXT="[s/N]" ;;
    type_phrase) RBK_TEXT="Escriba \"$1\" para continuar:" ;;
    start_now) RBK_TEXT="¿Empezar ahora?" ;;
    about_to) RBK_TEXT="$1 $2 en el entorno $3" ;;
    protected) RBK_TEXT="$1 está protegido." ;;
    resumes) RBK_TEXT="Se continúa con $1 $2" ;;
    step) RBK_TEXT="[$1/$2] $3${4:+ (límite $4)}  T+$5${6:+ de $6}" ;;
    step_done) RBK_TEXT="    hecho en $1" ;;
    already) RBK_TEXT="[$1/$2] $3: ya estaba hecho" ;;
    found_done) RBK_TEXT="[$1/$2] $3: se encontró hecho" ;;
    unknown) RBK_TEXT="$1 ($2) había empezado y no consta su fin: no se sabe si se hizo." ;;
    again_or_done) RBK_TEXT="$1: ¿[o]tra vez, o ya está [h]echo?" ;;
    ask_first) RBK_TEXT="$1 es opcional: $2. ¿Ejecutarlo?" ;;
    expect) RBK_TEXT="    se espera: $1" ;;
    by) RBK_TEXT="    quién: $1" ;;
    at) RBK_TEXT="    dónde: $1" ;;
    manual_done) RBK_TEXT="    ¿Hecho?" ;;
    manual_not_done) RBK_TEXT="una persona no lo ha hecho" ;;
    passed_by) RBK_TEXT="Aún sin hacer: $1" ;;
    again) RBK_TEXT="    $1; intento $2 de $3 en $4 s" ;;
    by_force) RBK_TEXT="    $1: no terminó, se termina por la fuerza" ;;
    goes_on) RBK_TEXT="$1 falló ($2); el plan continúa porque $3" ;;
    not_closed) RBK_TEXT="SIN CERRAR: $1 ($2). Hágalo a mano." ;;
    call_now) RBK_TEXT="Llame ahora: $1" ;;
    calls) RBK_TEXT="Se ejecuta $1" ;;
    step_failed) RBK_TEXT="$1 falló: $2" ;;
    expired) RBK_TEXT="tardó más que su límite de $1 s" ;;
    status) RBK_TEXT="código de salida $1" ;;
    seen) RBK_TEXT="    se vio: $1" ;;
    compared) RBK_TEXT="$1, se esperaba: $2" ;;
    no_answer) RBK_TEXT="sin respuesta" ;;
    dry_check_1) RBK_TEXT="    ahora: sí $1" ;;
    dry_check_0) RBK_TEXT="    ahora: no $1" ;;
    dry_check_2) RBK_TEXT="    ahora: sin respuesta $1" ;;
    dry_value) RBK_TEXT="    $1 = $2" ;;
    branch) RBK_TEXT="Si $1:" ;;
    branch_yes) RBK_TEXT="    sí: $1" ;;
    branch_no) RBK_TEXT="    no: $1" ;;
    undecided) RBK_TEXT="$1: no hay respuesta ($2), y sin ella no se toma ninguna rama." ;;
    not_yet) RBK_TEXT="Esta versión aún no lo ejecuta: $1" ;;
    by_hand) RBK_TEXT="Hágalo a mano: $1. Después: resume --confirm \"done $2\"" ;;
    items_open) RBK_TEXT="quedan $1 puntos abiertos" ;;
    not_sent) RBK_TEXT="$1: no se envió ($2)" ;;
    escalated) RBK_TEXT="Detenido para una persona: $1" ;;
    backup_counts_not) RBK_TEXT="Los servicios que escriben aquí están en marcha, o no se sabe: estas copias no valdrán para revertir." ;;
    value_kept) RBK_TEXT="La ejecución empezó con $1 = $2 y lo conserva." ;;
    backup_missing) RBK_TEXT="$1 no está o no se puede leer" ;;
    backup_small) RBK_TEXT="$1 tiene $2 bytes, hacen falta al menos $3" ;;
    backup_bad) RBK_TEXT="$1 no es una copia buena: $2" ;;
    backup_unknown) RBK_TEXT="el diario no conoce ninguna copia $1" ;;
    backed_up) RBK_TEXT="    $1 ($2 bytes)" ;;
    restores_from) RBK_TEXT="    desde $1" ;;
    copy_old) RBK_TEXT="$1 es demasiado antigua" ;;
    no_copy) RBK_TEXT="no hay ninguna copia para $1" ;;
    pick_one) RBK_TEXT="hay varias, elija con --set $1=…: $2" ;;
    which) RBK_TEXT="¿Qué $1 (número)?" ;;
    checking) RBK_TEXT="Se comprueba lo necesario; no se cambia nada." ;;
    preflight_of) RBK_TEXT="preflight $1" ;;
    ready) RBK_TEXT="Todo lo necesario está." ;;
    not_ready) RBK_TEXT="$1 problemas; no se cambió nada." ;;
    tool_missing) RBK_TEXT="falta la herramienta $1" ;;
    secret_missing) RBK_TEXT="falta el secreto $1: defina $1 o $1_FILE" ;;
    secret_file) RBK_TEXT="el secreto $1 no se puede leer de $2" ;;
    identity_differs) RBK_TEXT="$1 no es el destino previsto, o no responde: $2" ;;
    no_access) RBK_TEXT="no se puede usar $1: $2" ;;
    dir_missing) RBK_TEXT="falta el directorio $1" ;;
    ref_missing) RBK_TEXT="$1 no se puede llevar a $2: $3" ;;
    ref_differs) RBK_TEXT="$1 se llevaría a $2, pero antes del cambio estaba en $3" ;;
    stands_at) RBK_TEXT="$1 está en: $2" ;;
    phase_done) RBK_TEXT="$1 fue aplicada" ;;
    phase_back_done) RBK_TEXT="$1 se ha deshecho" ;;
    phase_back_forward) RBK_TEXT="$1 se ha llevado hasta el final" ;;
    phase_back_partly) RBK_TEXT="$1 se ha deshecho en parte, como dice el plan" ;;
    phase_unknown) RBK_TEXT="$1: el diario no conoce ninguna ejecución" ;;
    state_is) RBK_TEXT="estado: $1 (entorno $2)" ;;
    would_refuse) RBK_TEXT="$1 se rechazaría aquí: $2" ;;
    refused) RBK_TEXT="$1 se rechaza: $2" ;;
    say_where) RBK_TEXT="Diga dónde se detuvo $1: --failed-at PASO" ;;
    way_back) RBK_TEXT="  esto lo recupera: $1   $2" ;;
    way_on) RBK_TEXT="  esto continúa: $1" ;;
    no_way_back) RBK_TEXT="Ningún procedimiento está probado para volver desde aquí." ;;
    journal_knows) RBK_TEXT="El diario dice dónde se detuvo $1: $2" ;;
    checks_know) RBK_TEXT="Las comprobaciones dicen que $1 se detuvo en otro sitio: $2" ;;
    which_failed) RBK_TEXT="¿Qué paso de $1 falló (número; 0: nadie lo sabe)?" ;;
    no_such_point) RBK_TEXT="$1 no es un paso de $2" ;;
    to_resume) RBK_TEXT="Para continuar: ./rollback.sh resume" ;;
    or_resume) RBK_TEXT="O corrija la causa y continúe: ./rollback.sh resume" ;;
    ended) RBK_TEXT="$1 tras $2${3:+ (RTO $3)}" ;;
    works_without) RBK_TEXT="Funciona, con menos: $1" ;;
    took) RBK_TEXT="duró $1" ;;
    within_rto) RBK_TEXT="$1 está dentro del RTO de $2" ;;
    over_rto) RBK_TEXT="$1 supera el RTO de $2" ;;
    no_run) RBK_TEXT="No hay ninguna ejecución en el diario." ;;
    verify_failed) RBK_TEXT="$1 comprobaciones fallaron" ;;
    why_abandon) RBK_TEXT="¿Por qué se descarta la ejecución?" ;;
    abandon_now) RBK_TEXT="¿Descartar $1 $2? Con eso no se deshace nada." ;;
    interrupted) RBK_TEXT="Interrumpido por $1." ;;
    locked) RBK_TEXT="Otra ejecución tiene el bloqueo: $1 ($2)" ;;
    still_running) RBK_TEXT="El último comando de una ejecución matada sigue vivo (grupo $1)." ;;
    disk_full) RBK_TEXT="No se puede escribir el diario en $1: el disco está lleno o falla." ;;
    state_unwritable) RBK_TEXT="No se puede escribir en el directorio de estado $1; elija uno con --state-dir." ;;
    no_work_directory) RBK_TEXT="No se puede crear un directorio temporal." ;;
    other_plan) RBK_TEXT="El diario de $1 pertenece a otro plan o versión; la salida es \"abandon\"." ;;
    other_directory) RBK_TEXT="La ejecución empezó en $1: continúe desde allí." ;;
    unfinished) RBK_TEXT="Sin terminar: $1 $2. Use resume o abandon." ;;
    nothing_open) RBK_TEXT="No hay ninguna ejecución sin terminar." ;;
    no_terminal) RBK_TEXT="Hace falta una persona y no hay terminal: $1" ;;
    not_confirmed) RBK_TEXT="Sin confirmar: $1" ;;
    input_missing) RBK_TEXT="falta $1: --set $1=…" ;;
    input_bad) RBK_TEXT="$1 no puede ser \"$2\"${3:+ ($3)}" ;;
    from_environment) RBK_TEXT="de la variable de entorno $1" ;;
    bad_set) RBK_TEXT="--set recibe nombre=valor, no $1" ;;
    unknown_name) RBK_TEXT="aquí no se conoce $1; hay: $2" ;;
    name_missing) RBK_TEXT="$1 necesita un nombre: $2" ;;
    described_only) RBK_TEXT="$1 lo ejecuta otro; aquí solo se describe." ;;
    env_missing) RBK_TEXT="Diga qué entorno: --env $1" ;;
    env_unknown) RBK_TEXT="No hay entorno $1; hay: $2" ;;
    option_value) RBK_TEXT="$1 necesita un valor" ;;
    unknown_option) RBK_TEXT="No hay opción $1" ;;
    unknown_verb) RBK_TEXT="No hay verbo $1; vea help" ;;
    too_many) RBK_TEXT="Basta un nombre; ¿qué es $1?" ;;
    reason_missing) RBK_TEXT="Diga por qué: abandon \"MOTIVO\"" ;;
    later) RBK_TEXT="$1 aún no lo ejecuta esta versión: vea RUNBOOK.md" ;;
    fact_recommended) RBK_TEXT="recomendado" ;;
    fact_when) RBK_TEXT="cuándo: $1" ;;
    fact_unless) RBK_TEXT="no cuando: $1" ;;
    fact_estimate) RBK_TEXT="estimación: $1" ;;
    fact_lost) RBK_TEXT="se pierde: $1" ;;
    fact_without) RBK_TEXT="funciona sin: $1" ;;
    fact_owner) RBK_TEXT="responsable: $1" ;;
    authority) RBK_TEXT="Lo decide: $1. ¿Está de acuerdo?" ;;
    *) RBK_TEXT="$_key $*" ;;
  esac
}
