/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* sql_words.c: see sql_tokens.h: words that mean something in some dialect of
 * SQL, and functions that attacks call.  Layer L0. */
#include "sql_tokens.h"

enum {
    WORD_MAX = 23, /* bytes */
};

typedef struct {
    char text[WORD_MAX + 1];
    char kind;
} word_t;

/* In alphabetical order. */
/* clang-format off */
static const word_t words[] = {
    { "abs", 'f' }, { "acos", 'f' }, { "adddate", 'f' }, { "addtime", 'f' },
    { "aes_decrypt", 'f' }, { "aes_encrypt", 'f' }, { "against", 'o' },
    { "all", 'd' }, { "alter", 'T' }, { "and", '&' }, { "any", 'k' },
    { "array_agg", 'f' }, { "array_to_string", 'f' }, { "as", 'k' },
    { "asc", 'k' }, { "ascii", 'f' }, { "asin", 'f' }, { "atan", 'f' },
    { "atan2", 'f' }, { "attach", 'T' }, { "avg", 'f' }, { "backup", 'T' },
    { "begin", 'T' }, { "benchmark", 'f' }, { "between", 'o' }, { "bin", 'f' },
    { "binary", 'o' }, { "bit_and", 'f' }, { "bit_count", 'f' },
    { "bit_length", 'f' }, { "bit_or", 'f' }, { "bit_xor", 'f' },
    { "bitand", 'f' }, { "by", 'k' }, { "call", 'T' }, { "cascade", 'k' },
    { "case", 'E' }, { "cast", 'f' }, { "cbrt", 'f' }, { "ceil", 'f' },
    { "ceiling", 'f' }, { "char", 'f' }, { "char_length", 'f' },
    { "character_length", 'f' }, { "charindex", 'f' }, { "chr", 'f' },
    { "coalesce", 'f' }, { "coercibility", 'f' }, { "col_name", 'f' },
    { "collate", 'o' }, { "column", 'k' }, { "columns", 'k' },
    { "compress", 'f' }, { "concat", 'f' }, { "concat_ws", 'f' },
    { "connection_id", 'f' }, { "constraint", 'k' }, { "contains", 'o' },
    { "conv", 'f' }, { "convert", 'f' }, { "convert_tz", 'f' }, { "cos", 'f' },
    { "cot", 'f' }, { "count", 'f' }, { "crc32", 'f' }, { "create", 'T' },
    { "cross", 'k' }, { "ctxsys", 'f' }, { "curdate", 'f' },
    { "current_date", 'v' }, { "current_setting", 'f' },
    { "current_time", 'v' }, { "current_timestamp", 'v' },
    { "current_user", 'v' }, { "curtime", 'f' }, { "database", 'F' },
    { "database_to_xml", 'f' }, { "datalength", 'f' }, { "date", 'F' },
    { "date_add", 'f' }, { "date_format", 'f' }, { "date_sub", 'f' },
    { "datediff", 'f' }, { "day", 'F' }, { "dayname", 'f' },
    { "dayofmonth", 'f' }, { "dayofweek", 'f' }, { "dayofyear", 'f' },
    { "db_id", 'f' }, { "db_name", 'f' }, { "dbcc", 'T' }, { "dblink", 'f' },
    { "dbms_java", 'f' }, { "dbms_ldap", 'f' }, { "dbms_lock", 'f' },
    { "dbms_pipe", 'f' }, { "dbms_utility", 'f' }, { "dbms_xmlgen", 'f' },
    { "deallocate", 'T' }, { "declare", 'T' }, { "decode", 'f' },
    { "default", 'k' }, { "degrees", 'f' }, { "delay", 'k' },
    { "delete", 'E' }, { "deny", 'T' }, { "des_decrypt", 'f' },
    { "des_encrypt", 'f' }, { "desc", 'k' }, { "detach", 'T' },
    { "distinct", 'd' }, { "distinctrow", 'd' }, { "div", 'o' },
    { "drop", 'T' }, { "dumpfile", 'k' }, { "else", 'k' }, { "elt", 'f' },
    { "encode", 'f' }, { "encrypt", 'f' }, { "end", 'k' }, { "escape", 'o' },
    { "except", 'U' }, { "exec", 'E' }, { "execute", 'E' }, { "exists", 'F' },
    { "exp", 'f' }, { "export_set", 'f' }, { "extract", 'f' },
    { "extractvalue", 'f' }, { "false", 'v' }, { "fetch", 'k' },
    { "field", 'f' }, { "find_in_set", 'f' }, { "floor", 'f' },
    { "fn_listextendedproperty", 'f' }, { "for", 'k' }, { "format", 'f' },
    { "found_rows", 'f' }, { "from", 'k' }, { "from_base64", 'f' },
    { "from_days", 'f' }, { "from_unixtime", 'f' }, { "generate_series", 'f' },
    { "geometrycollection", 'f' }, { "get_lock", 'f' }, { "getdate", 'f' },
    { "getutcdate", 'f' }, { "glob", 'o' }, { "grant", 'T' },
    { "greatest", 'f' }, { "group", 'b' }, { "group_concat", 'f' },
    { "gtid_subset", 'f' }, { "handler", 'T' }, { "has_dbaccess", 'f' },
    { "has_perms_by_name", 'f' }, { "hashbytes", 'f' }, { "having", 'B' },
    { "hex", 'f' }, { "host_id", 'f' }, { "host_name", 'f' }, { "hour", 'f' },
    { "httpuritype", 'f' }, { "if", 'F' }, { "ifnull", 'f' }, { "iif", 'f' },
    { "ilike", 'o' }, { "in", 'o' }, { "index", 'k' }, { "inet_aton", 'f' },
    { "inet_ntoa", 'f' }, { "initcap", 'f' }, { "inner", 'k' },
    { "insert", 'E' }, { "instr", 'f' }, { "intersect", 'U' },
    { "interval", 'F' }, { "into", 'k' }, { "is", 'o' },
    { "is_free_lock", 'f' }, { "is_member", 'f' }, { "is_srvrolemember", 'f' },
    { "is_used_lock", 'f' }, { "isnull", 'o' }, { "iso_week", 'f' },
    { "join", 'k' }, { "json_extract", 'f' }, { "json_keys", 'f' },
    { "json_query", 'f' }, { "json_value", 'f' }, { "jsonb_each", 'f' },
    { "key", 'k' }, { "kill", 'T' }, { "last_insert_id", 'f' },
    { "last_insert_rowid", 'f' }, { "lateral", 'k' }, { "lcase", 'f' },
    { "least", 'f' }, { "left", 'F' }, { "len", 'f' }, { "length", 'f' },
    { "like", 'o' }, { "likelihood", 'f' }, { "limit", 'B' },
    { "linestring", 'f' }, { "ln", 'f' }, { "lo_export", 'f' },
    { "lo_import", 'f' }, { "load", 'T' }, { "load_extension", 'f' },
    { "load_file", 'f' }, { "localtime", 'v' }, { "localtimestamp", 'v' },
    { "locate", 'f' }, { "lock", 'T' }, { "log", 'f' }, { "log10", 'f' },
    { "log2", 'f' }, { "lower", 'f' }, { "lpad", 'f' }, { "ltrim", 'f' },
    { "make_set", 'f' }, { "makedate", 'f' }, { "maketime", 'f' },
    { "match", 'o' }, { "max", 'f' }, { "md5", 'f' }, { "md5_file", 'f' },
    { "merge", 'E' }, { "microsecond", 'f' }, { "mid", 'f' }, { "min", 'f' },
    { "minus", 'U' }, { "minute", 'f' }, { "mod", 'o' }, { "month", 'F' },
    { "monthname", 'f' }, { "multilinestring", 'f' }, { "multipoint", 'f' },
    { "multipolygon", 'f' }, { "name_const", 'f' }, { "natural", 'k' },
    { "newid", 'f' }, { "not", '!' }, { "notnull", 'o' }, { "now", 'f' },
    { "null", 'v' }, { "nullif", 'f' }, { "numtodsinterval", 'f' },
    { "nvl", 'f' }, { "nvl2", 'f' }, { "object_id", 'f' },
    { "object_name", 'f' }, { "octet_length", 'f' }, { "offset", 'k' },
    { "on", 'k' }, { "openquery", 'f' }, { "openrowset", 'T' }, { "or", '&' },
    { "ora_hash", 'f' }, { "ord", 'f' }, { "order", 'b' },
    { "original_login", 'f' }, { "outer", 'k' }, { "outfile", 'k' },
    { "over", 'k' }, { "overlaps", 'o' }, { "parsename", 'f' },
    { "partition", 'k' }, { "password", 'f' }, { "patindex", 'f' },
    { "period_add", 'f' }, { "period_diff", 'f' }, { "permissions", 'f' },
    { "pg_client_encoding", 'f' }, { "pg_database_size", 'f' },
    { "pg_ls_dir", 'f' }, { "pg_read_file", 'f' }, { "pg_sleep", 'f' },
    { "pg_stat_file", 'f' }, { "pi", 'f' }, { "pointfromtext", 'f' },
    { "polygon", 'f' }, { "position", 'f' }, { "pow", 'f' }, { "power", 'f' },
    { "pragma", 'T' }, { "prepare", 'T' }, { "primary", 'k' },
    { "print", 'T' }, { "printf", 'f' }, { "procedure", 'B' },
    { "quarter", 'f' }, { "query_to_xml", 'f' }, { "quote", 'f' },
    { "quote_ident", 'f' }, { "quote_literal", 'f' }, { "quotename", 'f' },
    { "radians", 'f' }, { "raise_error", 'f' }, { "raiserror", 'f' },
    { "rand", 'f' }, { "random", 'f' }, { "randomblob", 'f' },
    { "rawtohex", 'f' }, { "rawtonhex", 'f' }, { "references", 'k' },
    { "regexp", 'o' }, { "regexp_instr", 'f' }, { "regexp_like", 'f' },
    { "regexp_matches", 'f' }, { "regexp_replace", 'f' },
    { "regexp_substr", 'f' }, { "release_lock", 'f' }, { "rename", 'T' },
    { "repeat", 'F' }, { "replace", 'E' }, { "replicate", 'f' },
    { "restore", 'T' }, { "returning", 'B' }, { "reverse", 'f' },
    { "revoke", 'T' }, { "right", 'F' }, { "rlike", 'o' }, { "round", 'f' },
    { "row", 'F' }, { "row_count", 'f' }, { "row_number", 'f' },
    { "row_to_json", 'f' }, { "rowid", 'v' }, { "rownum", 'v' },
    { "rows", 'k' }, { "rpad", 'f' }, { "rtrim", 'f' }, { "schema", 'F' },
    { "schema_name", 'f' }, { "sec_to_time", 'f' }, { "second", 'f' },
    { "select", 'E' }, { "serverproperty", 'f' }, { "session_user", 'v' },
    { "set", 'k' }, { "sha", 'f' }, { "sha1", 'f' }, { "sha2", 'f' },
    { "shutdown", 'T' }, { "sign", 'f' }, { "similar", 'o' }, { "sin", 'f' },
    { "sleep", 'f' }, { "some", 'k' }, { "soundex", 'f' }, { "sounds", 'o' },
    { "sp_configure", 'f' }, { "sp_executesql", 'f' },
    { "sp_makewebtask", 'f' }, { "sp_oacreate", 'f' }, { "sp_password", 'f' },
    { "space", 'f' }, { "sqlite_source_id", 'f' }, { "sqlite_version", 'f' },
    { "sqlstate", 'v' }, { "sqrt", 'f' }, { "st_latfromgeohash", 'f' },
    { "std", 'f' }, { "stddev", 'f' }, { "str", 'f' }, { "str_to_date", 'f' },
    { "strcmp", 'f' }, { "string_agg", 'f' }, { "string_to_array", 'f' },
    { "stuff", 'f' }, { "subdate", 'f' }, { "substr", 'f' },
    { "substring", 'f' }, { "substring_index", 'f' }, { "subtime", 'f' },
    { "sum", 'f' }, { "suser_id", 'f' }, { "suser_name", 'f' },
    { "suser_sname", 'f' }, { "sys_context", 'f' }, { "sysdate", 'v' },
    { "system_user", 'v' }, { "table", 'k' }, { "tan", 'f' }, { "then", 'k' },
    { "time", 'F' }, { "time_format", 'f' }, { "time_to_sec", 'f' },
    { "timediff", 'f' }, { "timestampadd", 'f' }, { "timestampdiff", 'f' },
    { "to_base64", 'f' }, { "to_char", 'f' }, { "to_date", 'f' },
    { "to_days", 'f' }, { "to_number", 'f' }, { "to_seconds", 'f' },
    { "to_timestamp", 'f' }, { "top", 'k' }, { "total_changes", 'f' },
    { "trigger", 'k' }, { "trim", 'f' }, { "true", 'v' }, { "trunc", 'f' },
    { "truncate", 'T' }, { "try_cast", 'f' }, { "try_convert", 'f' },
    { "type_name", 'f' }, { "typeof", 'f' }, { "ucase", 'f' },
    { "uncompress", 'f' }, { "unhex", 'f' }, { "unicode", 'f' },
    { "union", 'U' }, { "unistr", 'f' }, { "unix_timestamp", 'f' },
    { "unknown", 'v' }, { "unlikely", 'f' }, { "unlock", 'T' },
    { "update", 'E' }, { "updatexml", 'f' }, { "upper", 'f' }, { "use", 'T' },
    { "user", 'F' }, { "user_id", 'f' }, { "user_name", 'f' },
    { "userenv", 'f' }, { "using", 'k' }, { "utc_date", 'v' },
    { "utc_time", 'v' }, { "utc_timestamp", 'v' }, { "utl_http", 'f' },
    { "utl_inaddr", 'f' }, { "uuid", 'f' }, { "uuid_short", 'f' },
    { "vacuum", 'T' }, { "values", 'k' }, { "var_pop", 'f' },
    { "variance", 'f' }, { "version", 'f' }, { "view", 'k' },
    { "waitfor", 'T' }, { "weekday", 'f' }, { "weekofyear", 'f' },
    { "weight_string", 'f' }, { "when", 'k' }, { "where", 'k' },
    { "while", 'k' }, { "window", 'k' }, { "with", 'k' }, { "xmltype", 'f' },
    { "xor", '&' }, { "xp_cmdshell", 'f' }, { "xp_dirtree", 'f' },
    { "xp_fileexist", 'f' }, { "xp_regread", 'f' }, { "year", 'F' },
    { "yearweek", 'f' }, { "zeroblob", 'f' },
};

/* Second letters of them, by the first: a bit for each by its last five bits,
 * "_" among them. */
static const uint32_t seconds[] = {
    0x005c50bc, 0x02000222, 0x00348126, 0x00240226,
    0x01085000, 0x0004d222, 0x00141020, 0x00108022,
    0x00085240, 0x00088000, 0x00000220, 0x0011c22a,
    0x00208232, 0x00608022, 0x0065404c, 0x000482a2,
    0x00200000, 0x00119222, 0x02339328, 0x02048302,
    0x00394008, 0x00000222, 0x00000322, 0x0001a000,
    0x00000020, 0x00000020,
};

/* Where the words with each first letter begin, and where they end. */
static const uint16_t firsts[] = {
    0, 21, 34, 75, 115, 129, 142, 153, 163,
    185, 191, 193, 221, 240, 251, 267, 292, 298,
    334, 384, 411, 437, 443, 452, 458, 460, 461,
};
/* clang-format on */

static int may_begin(slice_t word)
{
    unsigned char first = slice_lower((unsigned char)word.p[0]);

    return first >= 'a' && first <= 'z'
           && seconds[first - 'a'] >> (word.p[1] & 31) & 1;
}

/* The first bytes as a number that sorts as they do. */
static uint64_t head_of(const char *text)
{
    uint64_t head;

    memcpy(&head, text, sizeof(head));
    return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? __builtin_bswap64(head)
                                                     : head;
}

char sql_word_kind(slice_t word)
{
    char text[WORD_MAX + 1] = { 0 };
    size_t low, high, i;
    uint64_t head;

    if (word.len < 2 || word.len > WORD_MAX || !may_begin(word)) {
        return SQL_NAME;
    }
    for (i = 0; i < word.len; i++) {
        text[i] = (char)slice_lower((unsigned char)word.p[i]);
    }
    low = firsts[*text - 'a'];
    high = firsts[*text - 'a' + 1];
    head = head_of(text);
    while (low < high) {
        const word_t *middle = &words[(low + high) / 2];
        uint64_t other = head_of(middle->text);
        int order = head != other ? (head < other ? -1 : 1)
                                  : memcmp(text, middle->text, sizeof(text));

        if (!order) {
            return middle->kind;
        }
        if (order < 0) {
            high = (size_t)(middle - words);
        }
        else {
            low = (size_t)(middle - words) + 1;
        }
    }
    return SQL_NAME;
}
