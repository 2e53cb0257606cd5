/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line: what is taken, what is refused, and the scan filter that comes of it. */
#include <string.h>

#include "ctl/options.h"
#include "meaning/number.h"
#include "printed.h"
#include "unit.h"

#define WORDS_MAX 24

/* What parsing said on standard output and standard error. */
static char *heard_text;

static bool parse(Options *options, const char *line, ExitCode *ret_exit)
{
	static char *words[WORDS_MAX];
	static char **split;
	Printed printed;
	int n = 1;
	bool r;

	g_strfreev(split);
	split = NULL;
	ck_assert(*line == '\0' || g_shell_parse_argv(line, NULL, &split, NULL));
	words[0] = (char *)"bluebrokerctl";
	for (char **word = split; word && *word; word++)
		words[n++] = *word;
	words[n] = NULL;
	ck_assert_int_lt(n, WORDS_MAX);

	*ret_exit = EXIT_DONE;
	fail_set_program("bluebrokerctl");
	printed = printed_begin();
	r = options_parse(options, words, ret_exit);
	g_free(heard_text);
	heard_text = printed_end(&printed);
	return r;
}

typedef struct Refused {
	const char *line;
	const char *says;	/* names the argument */
} Refused;

static const Refused refused[] = {
	{ "", "no command" },
	{ "foo", "foo: no such command; " },
	{ "remove", "remove: no such command, here it is forget; " },
	{ "--json", "no command" },
	{ "scan extra", "scan: too many arguments" },
	{ "status x", "status: too many arguments" },
	{ "resolve", "resolve: an argument is missing" },
	{ "resolve 02 01 06", "too many arguments" },
	{ "scan --nonsense", "--nonsense: no such option" },
	{ "scan -x", "-x: no such option" },
	{ "scan -hx", "-hx: no such option" },
	{ "scan --n x", "--n: no such option" },	/* name, no-color, not-connectable */
	{ "scan --json=5", "--json=5: no such option" },
	{ "scan --time", "its value is missing" },
	{ "scan --nonsense --version", "--nonsense: no such option" },
	{ "status --rssi -70", "--rssi: not an option of \"status\"" },
	{ "connect", "connect: an argument is missing" },
	{ "connect 11:22:33:44:55:66 2a37", "connect: too many arguments" },
	{ "read 11:22:33:44:55:66", "read: an argument is missing" },
	{ "write 11:22:33:44:55:66 2a37", "write: an argument is missing" },
	{ "write 11:22:33:44:55:66 2a37 -5", "-- goes before" },
	{ "connect x --format hex", "--format: not an option of \"connect\"" },
	{ "notify x 2a37 --offset 1", "--offset: not an option of \"notify\"" },
	{ "read x 2a37 --type command", "--type: not an option of \"read\"" },
	{ "read x 2a37 --format u64", "--format: \"u64\"" },
	{ "read x 2a37 --offset 513", "--offset:" },
	{ "write x 2a37 00 --type fast", "--type: \"fast\"" },
	{ "read x 2a37 --auto-reconnect", "--auto-reconnect: not an option of \"read\"" },
	{ "disconnect x --priority 1", "--priority: not an option of \"disconnect\"" },
	{ "connect x --priority 256", "--priority: \"256\"" },
	{ "connect x --priority -1", "--priority: \"-1\"" },
	{ "connect x --addr-type rpa", "--addr-type: \"rpa\"" },
	{ "connect x --addr-type fixed", "--addr-type: \"fixed\"" },
	{ "run", "run: an argument is missing" },
	{ "run bluetoothctl --agent x", "-- goes before the command" },
	{ "run --socket '' -- bluetoothctl", "--socket: is empty" },
	{ "run --adapter radio -- bluetoothctl", "--adapter" },
	{ "status --socket /x", "--socket: not an option of \"status\"" },
	{ "links --timeout 3", "--timeout: not an option of \"links\"" },
	{ "devices --timeout 3", "--timeout: not an option of \"devices\"" },
	{ "resolve 020106 --raw", "--raw: not an option of \"resolve\"" },
	{ "scan --rssi", "--rssi: its value is missing" },
	{ "scan --rssi abc", "--rssi: \"abc\"" },
	{ "scan --rssi 21", "--rssi:" },
	{ "scan --rssi -128", "--rssi:" },
	{ "scan --timeout 0", "--timeout:" },
	{ "scan --timeout -1", "--timeout:" },
	{ "scan --timeout 1.5", "--timeout:" },
	{ "scan --timeout 2147483648", "--timeout:" },
	{ "scan --timeout ' 1'", "--timeout:" },
	{ "scan --count 0", "--count:" },
	{ "scan --count 99999999999999999999", "--count:" },
	{ "scan --dedup -1", "--dedup:" },
	{ "scan --pcap", "--pcap: its value is missing" },
	{ "scan --pcap ''", "--pcap: is empty" },
	{ "scan --btsnoop ''", "--btsnoop: is empty" },
	{ "scan --pcap - --btsnoop -", "--pcap and --btsnoop: only one" },
	{ "scan --json --pcap -", "--json: standard output is for the capture" },
	{ "scan --json --btsnoop -", "--json: standard output is for the capture" },
	{ "devices --pcap x", "--pcap: not an option of \"devices\"" },
	{ "scan --dedup 4294967296", "--dedup:" },
	{ "scan --adapter 0", "--adapter:" },
	{ "scan --adapter hci", "--adapter:" },
	{ "scan --adapter hci-1", "--adapter:" },
	{ "scan --adapter hci0x", "--adapter:" },
	{ "scan --uuid xyz", "--uuid: \"xyz\"" },
	{ "scan --uuid 123456789", "--uuid:" },
	{ "scan --manufacturer 65536", "--manufacturer:" },
	{ "scan --manufacturer Apple", "--manufacturer: \"Apple\"" },
	{ "scan --address 11:22:33:44:55", "--address:" },
	{ "scan --address 11:22:33:44:55:GG", "--address:" },
	{ "scan --name ''", "--name:" },
	{ "scan --bus ''", "--bus:" },
	{ "scan --pathloss 255", "--pathloss: \"255\"" },
	{ "devices --pathloss -1", "--pathloss:" },
	{ "scan --pattern 4c00", "--pattern: \"4c00\"" },
	{ "scan --pattern 0xff:", "--pattern:" },
	{ "scan --pattern 0xff:4c0", "--pattern: half a byte" },
	{ "scan --pattern 0x100:4c", "--pattern: \"0x100\"" },
	{ "scan --pattern 254:0xff:4c", "--pattern: \"254:0xff:4c\"" },
	{ "scan --pattern 253:0xff:4c00", "--pattern:" },
	{ "scan --pattern -1:0xff:4c", "--pattern:" },
	{ "scan --pattern 0:ADV_NONE:4c", "--pattern: \"ADV_NONE\"" },
	{ "scan --adv-type 5", "--adv-type: \"5\"" },
	{ "devices --adv-type ADV_TYPE_IND", "--adv-type: \"ADV_TYPE_IND\"" },
	{ "scan --delivery pigeon", "--delivery: \"pigeon\"" },
	{ "scan --batch-ms 10001", "--batch-ms:" },
	{ "scan --batch-max 0", "--batch-max:" },
	{ "scan --batch-max 4097", "--batch-max:" },
	{ "rssi", "rssi: an argument is missing" },
	{ "rssi x --window 4", "--window: \"4\"" },
	{ "rssi x --name y", "--name: not an option of \"rssi\"" },
	{ "scan --stats --dedup 100", "--dedup: leaves reports out" },
	{ "devices --stats", "--stats: not an option of \"devices\"" },
	{ "scan --fifo 0", "--fifo:" },
	{ "scan --overflow drop", "--overflow: \"drop\"" },
	{ "scan --mode WIFI", "--mode: \"WIFI\"" },
	{ "scan --antenna 3", "--antenna: \"3\"" },
	{ "scan --mtu 100", "--mtu: not an option of \"scan\"" },
	{ "devices --passive", "--passive: not an option of \"devices\"" },
	{ "connect x --mtu 22", "--mtu:" },
	{ "connect x --mtu 518", "--mtu:" },
	{ "connect x --addr-type 4", "--addr-type: \"4\"" },
	{ "serve x --pin 1234567", "--pin:" },
	{ "serve x --pin -1", "--pin:" },
	{ "advertise --adv-type ADV_IND", "--adv-type: \"ADV_IND\"" },
	{ "advertise --adv-type 5", "--adv-type:" },
	{ "advertise --channel-map 40", "--channel-map: \"40\"" },
	{ "advertise --channel-map 0", "--channel-map:" },
	{ "advertise --own-addr-type 4", "--own-addr-type:" },
	{ "advertise --adv-filter-policy all", "--adv-filter-policy: \"all\"" },
	{ "scan --service 180d", "--service: not an option of \"scan\"" },
	{ "advertise --uuid 180d", "--uuid: not an option of \"advertise\"" },
	{ "advertise x", "advertise: too many arguments" },
	{ "advertise --name ''", "--name: \"\"" },
	{ "advertise --name 123456789012345678901234567890", "--name:" },
	{ "advertise --service xyz", "--service: \"xyz\"" },
	{ "advertise --manufacturer Apple:01", "--manufacturer: \"Apple:01\"" },
	{ "advertise --manufacturer 76:0", "--manufacturer: half a byte" },
	{ "advertise --service-data 180d:zz", "--service-data:" },
	{ "advertise --appearance 65536", "--appearance:" },
	{ "advertise --interval 19", "--interval:" },
	{ "advertise --interval 100:50", "--interval:" },
	{ "advertise --interval 100:10241", "--interval:" },
	{ "advertise --raw", "--raw: its value is missing" },
	{ "advertise --raw 0", "--raw:" },
	{ "advertise --scan-response 0201", "--scan-response: goes with --raw only" },
	{ "advertise --raw 020106 --name x", "--raw: is all" },
	{ "advertise --raw 020106 --hidden", "--raw: is all" },
	{ "serve", "serve: an argument is missing" },
	{ "serve file --exec ''", "--exec:" },
	{ "serve file --name x", "--name: not an option of \"serve\"" },
	{ "devices --bonded --rssi -70", "--rssi: not with --bonded" },
	{ "devices --address 11:22:33:44:55:66 --bonded", "--address: not with --bonded" },
	{ "clients --timeout 3", "--timeout: not an option of \"clients\"" },
};

START_TEST(test_refused)
{
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
		ExitCode code;
		Options options;

		ck_assert_msg(!parse(&options, refused[i].line, &code), "\"%s\" was taken", refused[i].line);
		ck_assert_msg(code == EXIT_USAGE, "\"%s\": exit %d", refused[i].line, code);
		ck_assert_msg(strstr(heard_text, refused[i].says) != NULL, "\"%s\": %s", refused[i].line,
			      heard_text);
		ck_assert_msg(g_str_has_prefix(heard_text, "bluebrokerctl: ") &&
				      strchr(heard_text, '\n')[1] == '\0',
			      "not one line: %s", heard_text);
		options_clear(&options);
	}
}
END_TEST

START_TEST(test_help)
{
	static const char *const lines[] = {
		"--help", "-h", "scan --help", "--help scan", "resolve --help", "status --help",
		"write --help", "links --help", "--version", "scan --version",
	};

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		ExitCode code = EXIT_FAILED;
		Options options;

		ck_assert(!parse(&options, lines[i], &code));
		ck_assert_msg(code == EXIT_DONE, "%s", lines[i]);
		ck_assert_uint_gt(strlen(heard_text), 10);
		if (!strstr(lines[i], "version"))
			ck_assert(strstr(heard_text, "Exit codes:") != NULL);
		options_clear(&options);
	}
}
END_TEST

/* What getopt_long() allows, and scripts may rely on. */
START_TEST(test_forms)
{
	ExitCode code;
	Options options;

	ck_assert(parse(&options, "--js --time 5 -- scan", &code));
	ck_assert_str_eq(options.command->name, "scan");
	ck_assert(options.json);
	ck_assert_int_eq(options.session.timeout, 5);
	options_clear(&options);

	ck_assert(parse(&options, "advertise --raw 020106 --scan=0309 --bus=session", &code));
	ck_assert_uint_eq(options.announcement.raw->len, 3);
	ck_assert_uint_eq(options.announcement.scan_response->len, 2);
	ck_assert_str_eq(options.session.bus, "session");
	options_clear(&options);

	ck_assert(parse(&options, "write -- x -- --json", &code));
	ck_assert_str_eq(options.arguments[1], "--");
	ck_assert_str_eq(options.arguments[2], "--json");
	ck_assert(!options.json);
	options_clear(&options);

	/* a name has any bytes */
	ck_assert(parse(&options, "serve '\xff' --exec '\xff'", &code));
	ck_assert_str_eq(options.exec, "\xff");
	ck_assert_str_eq(options.arguments[0], "\xff");
	options_clear(&options);

	ck_assert(!parse(&options, "scan --version --nonsense", &code));
	ck_assert_int_eq(code, EXIT_DONE);
	options_clear(&options);
}
END_TEST

START_TEST(test_taken)
{
	ExitCode code;
	Options options;

	ck_assert(parse(&options,
			"--json scan --timeout 5 --rssi -70 --count=3 --adapter hci12 --dedup 0x10 --raw "
			"--no-color --bus unix:path=/x",
			&code));
	ck_assert_str_eq(options.command->name, "scan");
	ck_assert(options.json && options.raw && !options.colour);
	ck_assert_int_eq(options.session.timeout, 5);
	ck_assert_uint_eq(options.count, 3);
	ck_assert_int_eq(options.session.adapter, 12);
	ck_assert_uint_eq(options.wanted.dedup_ms, 16);
	ck_assert(options.wanted.has_rssi);
	ck_assert_int_eq(options.wanted.rssi, -70);
	ck_assert_str_eq(options.session.bus, "unix:path=/x");
	options_clear(&options);

	ck_assert(parse(&options, "resolve '02 01 06' 9", &code));
	ck_assert_str_eq(options.arguments[0], "02 01 06");
	ck_assert_str_eq(options.arguments[1], "9");
	ck_assert_ptr_null(options.arguments[2]);
	ck_assert_int_eq(options.session.adapter, -1);
	ck_assert_int_eq(options.session.timeout, -1);
	ck_assert_str_eq(options.session.bus, "system");
	options_clear(&options);
}
END_TEST

START_TEST(test_attribute_options)
{
	ExitCode code;
	Options options;

	ck_assert(parse(&options,
			"write 11:22:33:44:55:66 2a39 --format i16 --type reliable --offset 3 --timeout 7 "
			"-- -5",
			&code));
	ck_assert_str_eq(options.command->name, "write");
	ck_assert_str_eq(options.arguments[1], "2a39");
	ck_assert_str_eq(options.arguments[2], "-5");
	ck_assert_ptr_null(options.arguments[3]);
	ck_assert_int_eq(options.format, VALUE_I16);
	ck_assert_str_eq(options.write_type, "reliable");
	ck_assert_uint_eq(options.offset, 3);
	ck_assert_int_eq(options.session.timeout, 7);
	options_clear(&options);

	ck_assert(parse(&options, "connect 11:22:33:44:55:66 --read --stay --adapter hci1", &code));
	ck_assert(options.read && options.stay);
	ck_assert_int_eq(options.session.adapter, 1);
	ck_assert_int_eq(options.format, VALUE_ANY);
	ck_assert_ptr_null(options.write_type);
	ck_assert_uint_eq(options.link.addr_type, 0);
	ck_assert_uint_eq(options.link.priority, 0);
	ck_assert(!options.link.auto_reconnect);
	options_clear(&options);

	ck_assert(parse(&options, "notify x 2a37 --addr-type random --priority 255 --auto-reconnect", &code));
	ck_assert_uint_eq(options.link.addr_type, 1);
	ck_assert_uint_eq(options.link.priority, 255);
	ck_assert(options.link.auto_reconnect);
	options_clear(&options);

	ck_assert(parse(&options, "write x 2a37 00 --addr-type public", &code));
	ck_assert_uint_eq(options.link.addr_type, 0);
	options_clear(&options);

	ck_assert(parse(&options, "notify --count 3 11:22:33:44:55:66 0x14", &code));
	ck_assert_uint_eq(options.count, 3);
	ck_assert_str_eq(options.arguments[0], "11:22:33:44:55:66");
	options_clear(&options);
}
END_TEST

/* Options whose name other commands have too, with another meaning. */
START_TEST(test_announcement)
{
	ExitCode code;
	Options options;

	ck_assert(
		parse(&options,
		      "--json advertise --name 'Heart*' --manufacturer 76:0102 --interval 20:10240 --hidden "
		      "--not-connectable --timeout 5 --appearance 833 --tx-power --service 180d",
		      &code));
	ck_assert_str_eq(options.command->name, "advertise");
	ck_assert_str_eq(options.announcement.name, "Heart*");
	ck_assert_ptr_null(options.wanted.name);
	ck_assert_uint_eq(options.announcement.interval_min, 0x20);
	ck_assert_uint_eq(options.announcement.interval_max, 0x4000);
	ck_assert(options.announcement.hidden && options.announcement.adv_type == 3 &&
		  options.announcement.tx_power);
	ck_assert(options.announcement.services && options.announcement.manufacturers &&
		  options.announcement.has_appearance);
	ck_assert(options.json && !options.raw);
	options_clear(&options);

	ck_assert(parse(&options, "advertise --raw '02 01 06' --scan-response 0309 --interval 100", &code));
	ck_assert(!options.raw);
	ck_assert_uint_eq(options.announcement.raw->len, 3);
	ck_assert_uint_eq(options.announcement.scan_response->len, 2);
	ck_assert_uint_eq(options.announcement.interval_max, 160);
	options_clear(&options);

	ck_assert(parse(&options, "serve --exec 'echo $X' --timeout 3 file", &code));
	ck_assert_str_eq(options.arguments[0], "file");
	ck_assert_str_eq(options.exec, "echo $X");
	options_clear(&options);
}
END_TEST

START_TEST(test_filter)
{
	g_autoptr(GVariant) expected = NULL;
	g_autoptr(GVariant) filter = NULL;
	GVariantDict dict;
	ExitCode code;
	Options options;

	ck_assert(parse(&options,
			"scan --name 'Heart*' --rssi -70 --uuid 180d --uuid 0xfeaa --manufacturer 76 "
			"--manufacturer 0xffff --address aabbccddeeff --address 11:22:33:44:55:66",
			&code));
	g_variant_dict_init(&dict, NULL);
	wanted_to_dict(&options.wanted, &dict);
	filter = g_variant_ref_sink(g_variant_dict_end(&dict));
	expected = g_variant_ref_sink(g_variant_new_parsed(
		"{'name': <'Heart*'>, 'rssi': <int16 -70>, 'manufacturers': <[uint16 76, 65535]>, "
		"'addresses': <['AA:BB:CC:DD:EE:FF', '11:22:33:44:55:66']>, "
		"'uuids': <[<'0000180d-0000-1000-8000-00805f9b34fb'>, "
		"<'0000feaa-0000-1000-8000-00805f9b34fb'>]>}"));
	ck_assert_uint_eq(g_variant_n_children(filter), g_variant_n_children(expected));
	for (size_t i = 0; i < g_variant_n_children(expected); i++) {
		g_autoptr(GVariant) value = NULL, theirs = NULL;
		const char *key;

		g_variant_get_child(expected, i, "{&sv}", &key, &value);
		theirs = g_variant_lookup_value(filter, key, NULL);
		ck_assert_msg(theirs && g_variant_equal(theirs, value), "%s", key);
	}
	options_clear(&options);

	ck_assert(parse(&options, "scan", &code));
	g_variant_dict_init(&dict, NULL);
	wanted_to_dict(&options.wanted, &dict);
	g_clear_pointer(&filter, g_variant_unref);
	filter = g_variant_ref_sink(g_variant_dict_end(&dict));
	ck_assert_uint_eq(g_variant_n_children(filter), 0);
	options_clear(&options);
}
END_TEST

START_TEST(test_numbers)
{
	static const struct {
		const char *text;
		bool good;
		int64_t value;
	} rows[] = {
		{ "0", true, 0 }, { "-5", true, -5 }, { "+5", true, 5 },
		{ "0x1f", true, 31 }, { "100", true, 100 },
		{ "-100", true, -100 }, { "010", true, 10 }, { "", false, 0 },
		{ "-", false, 0 }, { "--5", false, 0 },
		{ "0x", false, 0 }, { "0xg", false, 0 }, { "5 ", false, 0 },
		{ " 5", false, 0 }, { "5.0", false, 0 },
		{ "101", false, 0 }, { "-101", false, 0 }, { "9223372036854775808", false, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int64_t value = 0;

		ck_assert_msg(number_parse(rows[i].text, -100, 100, &value) == rows[i].good, "\"%s\"",
			      rows[i].text);
		ck_assert_int_eq(value, rows[i].value);
	}
}
END_TEST

UNIT_MAIN("ctl-options", test_refused, test_help, test_forms, test_taken, test_attribute_options,
	  test_announcement, test_filter, test_numbers)
