/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The file of bluebrokerctl serve: what is read from it, and what is refused with which words. */
#include <string.h>

#include "core/attr.h"
#include "core/local.h"
#include "ctl/option.h"
#include "ctl/serve/file.h"
#include "ctl/serve/keys.h"
#include "meaning/value.h"
#include "printed.h"
#include "text-file.h"
#include "unit.h"

static char *said;

/* The file with these contents; or NULL, and said. */
static ServeFile *load(const char *contents)
{
	g_autoptr(GString) error = g_string_new(NULL);
	char *path = text_file_make(contents);
	ServeFile *file = serve_file_load(path, error);

	ck_assert(!file == (error->len > 0));
	ck_assert(file || g_str_has_prefix(error->str, path));
	g_free(said);
	said = file ? g_strdup("") : printed_failure(error->str + strlen(path));
	text_file_remove(path);
	return file;
}

#define SERVICE "[Service s]\nUUID=180d\n"
#define CHARACTERISTIC "[Characteristic c]\nService=s\nUUID=2a37\n"
#define GOOD SERVICE CHARACTERISTIC

START_TEST(test_least)
{
	ServeFile *file = load(GOOD);
	const ServeService *service;
	const ServeAttr *attr;

	ck_assert_msg(file != NULL, "%s", said);
	ck_assert(!file->advertises);
	service = g_ptr_array_index(file->services, 0);
	ck_assert_str_eq(service->name, "s");
	ck_assert(service->primary);
	ck_assert_uint_eq(service->characteristics, 1);
	attr = serve_file_find(file, "c");
	ck_assert(attr->service == service && !attr->parent);
	ck_assert_str_eq(attr->uuid, "2a37");
	ck_assert(!attr->has_properties && !attr->has_permissions);
	ck_assert_uint_eq(attr->value->len, 0);
	ck_assert_uint_eq(attr->read_timeout_ms, SERVE_READ_TIMEOUT);
	ck_assert_ptr_null(serve_file_find(file, "s"));
	serve_file_free(file);
}
END_TEST

static void expect_params(GVariant *dict)
{
	static const struct {
		const char *key;
		unsigned value;
	} rows[] = {
		{ "adv_type", 2 }, { "own_addr_type", 1 }, { "channel_map", 5 }, { "adv_filter_policy", 1 },
		{ "adv_int_min", 160 }, { "adv_int_max", 320 },
	};

	ck_assert_uint_eq(g_variant_n_children(dict), ARRAY_SIZE(rows));
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint16_t number = 0;
		uint8_t byte = 0;

		if (!g_variant_lookup(dict, rows[i].key, "q", &number) &&
		    g_variant_lookup(dict, rows[i].key, "y", &byte))
			number = byte;
		ck_assert_msg(number == rows[i].value, "%s: %u", rows[i].key, number);
	}
}

START_TEST(test_all)
{
	/* what names another may stand before it */
	ServeFile *file = load(
		"# note\n"
		"[Descriptor d]\nCharacteristic=c\nUUID=2901\nPermissions=read-encrypted\nValue=Bits\n"
		"[Characteristic c]\nService=s\nUUID=0000ffe1-0000-1000-8000-00805f9b34fb\n"
		"Properties=read; write ;notify;\nPermissions=read;write-encrypted-mitm\nValue=u16:1,0x1234\n"
		"ReadTimeout=0\n"
		"[Service s]\nUUID=1234567890123456\nPrimary=false\n"
		"[Advertisement]\nName=LoPy\nServices=180d;1234567890123456\nManufacturer=76:0102;0xffff:\n"
		"ServiceData=180f:64\nAppearance=0x0341\nTxPower=true\nDiscoverable=false\n"
		"Interval=100:200\nAdvType=scannable\nOwnAddrType=RANDOM_ADDR\nChannelMap=37,39\n"
		"AdvFilterPolicy=scan-list\n");
	g_autoptr(GVariant) data = NULL, expected = NULL, params = NULL, dict = NULL;
	const ServeAttr *attr, *descriptor;

	ck_assert_msg(file != NULL, "%s", said);
	ck_assert(!((const ServeService *)g_ptr_array_index(file->services, 0))->primary);
	attr = serve_file_find(file, "c");
	ck_assert_uint_eq(attr->properties, PROP_READ | PROP_WRITE | PROP_NOTIFY);
	ck_assert_uint_eq(attr->permissions, PERM_READ | PERM_WRITE_ENCRYPTED_MITM);
	ck_assert_uint_eq(attr->value->len, 4);
	ck_assert_mem_eq(attr->value->data, "\x01\x00\x34\x12", 4);
	ck_assert_uint_eq(attr->read_timeout_ms, 0);
	descriptor = g_ptr_array_index(file->descriptors, 0);
	ck_assert(descriptor->parent == attr);
	ck_assert_uint_eq(descriptor->permissions, PERM_READ_ENCRYPTED);
	ck_assert_mem_eq(descriptor->value->data, "Bits", 4);

	ck_assert(file->advertises);
	data = g_variant_ref_sink(announcement_data(&file->announcement));
	expected = g_variant_ref_sink(g_variant_new_parsed("({'name': <'LoPy'>, "
		"'service_uuid': <[<'180d'>, <'1234567890123456'>]>, "
		"'manufacturer_data': <{uint16 76: <@ay [1, 2]>, 65535: <@ay []>}>, 'service_data': <{'180f': <@ay [0x64]>}>, "
		"'appearance': <uint16 0x341>, 'tx_power': <true>, 'discoverable': <false>},)"));
	for (int i = 0; i < 7; i++) {
		g_autoptr(GVariant) theirs = g_variant_get_child_value(expected, 0),
				    ours = g_variant_get_child_value(data, 0);
		g_autoptr(GVariant) value = NULL, found = NULL;
		const char *key;

		ck_assert_uint_eq(g_variant_n_children(ours), 7);
		g_variant_get_child(theirs, (gsize)i, "{&sv}", &key, &value);
		found = g_variant_lookup_value(ours, key, NULL);
		ck_assert_msg(found && g_variant_equal(found, value), "%s", key);
	}
	params = g_variant_ref_sink(announcement_params(&file->announcement));
	dict = g_variant_get_child_value(params, 0);
	expect_params(dict);
	serve_file_free(file);
}
END_TEST

static const struct Refused {
	const char *contents;
	const char *says;
} refused[] = {
	{ "", "no group [Service NAME], nor [Advertisement]" },
	{ "x\n", "" },
	{ "UUID=1\n", "" },
	{ SERVICE, ": [Service s]: no [Characteristic NAME] has Service=s" },
	{ GOOD "[Thing]\n", ": [Thing]: no such group ([Advertisement], [Service NAME]" },
	{ GOOD "[Service]\n", ": [Service]: no such group" },
	{ GOOD "[service t]\n", ": [service t]: no such group" },
	{ GOOD "[Advertisement x]\n", ": [Advertisement x]: no such group" },
	{ GOOD "[Service two words]\n", ": [Service two words]: NAME has" },
	{ GOOD "[Service ]\n", ": [Service ]: " },
	{ GOOD "[Service a/b]\nUUID=1\n", ": [Service a/b]: NAME has" },
	{ GOOD SERVICE, ": [Service s]: stands twice" },
	{ GOOD "Colour=red\n", ": [Characteristic c] Colour: no such key (Service, UUID, Properties," },
	{ GOOD "value=1\n", ": [Characteristic c] value: no such key" },
	{ GOOD "[Service t]\n", ": [Service t] UUID: is missing" },
	{ SERVICE "[Characteristic c]\nUUID=1\n", ": [Characteristic c] Service: is missing" },
	{ SERVICE "[Characteristic c]\nService=s\n", ": [Characteristic c] UUID: is missing" },
	{ SERVICE "[Characteristic c]\nService=t\nUUID=1\n",
	  ": [Characteristic c] Service: \"t\" is not the NAME of a [Service" },
	{ SERVICE "Primary=maybe\n", ": [Service s] Primary: \"maybe\" is not true or false" },
	{ "[Service s]\nUUID=xyz\n", ": [Service s] UUID: \"xyz\" is not a UUID" },
	{ "[Service s]\nUUID=\n", ": [Service s] UUID: \"\" is not a UUID" },
	{ GOOD "Properties=read,write\n",
	  ": [Characteristic c] Properties: \"read,write\" is not a property (broadcast, read," },
	{ GOOD "Permissions=all\n", ": [Characteristic c] Permissions: \"all\" is not a permission (read," },
	{ GOOD "Value=u8:256\n", ": [Characteristic c] Value: \"256\" is not u8 (0 to 255" },
	{ GOOD "Value=0x123\n", ": [Characteristic c] Value: half a byte" },
	{ GOOD "Value=a\\qb\n", ": [Characteristic c] Value: " },
	{ GOOD "ReadTimeout=soon\n", ": [Characteristic c] ReadTimeout: \"soon\" is not a time in ms" },
	{ GOOD "[Descriptor d]\nUUID=2901\n", ": [Descriptor d] Characteristic: is missing" },
	{ GOOD "[Descriptor d]\nCharacteristic=s\nUUID=2901\n",
	  ": [Descriptor d] Characteristic: \"s\" is not the NAME" },
	{ GOOD "[Descriptor d]\nCharacteristic=c\nUUID=2901\nReadTimeout=1\n",
	  ": [Descriptor d] ReadTimeout: no such key" },
	{ GOOD "[Advertisement]\nName=\n", ": [Advertisement] Name: \"\" is not a name" },
	{ GOOD "[Advertisement]\nName=123456789012345678901234567890\n", ": [Advertisement] Name: " },
	{ GOOD "[Advertisement]\nServices=180d;x\n", ": [Advertisement] Services: \"x\" is not a UUID" },
	{ GOOD "[Advertisement]\nManufacturer=70000:01\n",
	  ": [Advertisement] Manufacturer: \"70000:01\" is not ID:HEX" },
	{ GOOD "[Advertisement]\nManufacturer=76:1\n", ": [Advertisement] Manufacturer: half a byte" },
	{ GOOD "[Advertisement]\nServiceData=x:01\n",
	  ": [Advertisement] ServiceData: \"x:01\" is not UUID:HEX" },
	{ GOOD "[Advertisement]\nAppearance=70000\n", ": [Advertisement] Appearance: " },
	{ GOOD "[Advertisement]\nTxPower=1\n", ": [Advertisement] TxPower: \"1\" is not true or false" },
	{ GOOD "[Advertisement]\nInterval=200:100\n", ": [Advertisement] Interval: \"200:100\" is not MIN" },
	{ GOOD "[Advertisement]\nInterval=19\n", ": [Advertisement] Interval: " },
	{ GOOD "[Advertisement]\nAdvType=5\n", ": [Advertisement] AdvType: \"5\" is not a type (connectable," },
	{ GOOD "[Advertisement]\nOwnAddrType=mine\n", ": [Advertisement] OwnAddrType: \"mine\" is not an address type" },
	{ GOOD "[Advertisement]\nChannelMap=36\n", ": [Advertisement] ChannelMap: \"36\" is not channels" },
	{ GOOD "[Advertisement]\nAdvFilterPolicy=4\n", ": [Advertisement] AdvFilterPolicy: \"4\" is not a policy" },
};

/* What advertise has an option for, but for the bytes themselves, the file has a key for. */
START_TEST(test_keys_of_options)
{
	const char *name;
	const ServeKind *kind = serve_kind_find("Advertisement", &name);
	unsigned found = 0;

	for (size_t i = 0; i < option_count; i++) {
		const Option *option = &option_table[i];
		const ServeKey *key = kind->keys;

		if (!option->announce || strstr(option->sets, "SetAdvertisementRaw"))
			continue;
		while (key->name && key->announce != option->announce)
			key++;
		ck_assert_msg(key->name != NULL, "no key does what --%s does", option->name);
		found++;
	}
	ck_assert_uint_eq(found, 10);
}
END_TEST

START_TEST(test_refused)
{
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
		ck_assert_msg(!load(refused[i].contents), "taken:\n%s", refused[i].contents);
		ck_assert_msg(strstr(said, refused[i].says) != NULL, "%s: %s", refused[i].says, said);
	}
}
END_TEST

START_TEST(test_hostile)
{
	g_autoptr(GString) error = g_string_new(NULL);
	g_autoptr(GString) text = g_string_new(GOOD "Value=");

	ck_assert(!serve_file_load("/nowhere/at all", error));
	ck_assert(strstr(error->str, "No such file") != NULL);
	/* a whole value, and one byte more */
	for (int i = 0; i < VALUE_MAX; i++)
		g_string_append_c(text, 'x');
	serve_file_free(load(text->str));
	g_string_append_c(text, 'x');
	ck_assert(!load(text->str));
	ck_assert(strstr(said, "more than 512 bytes") != NULL);
	/* nothing that steers a terminal comes out */
	ck_assert(!load(GOOD "[\033[2J]\n"));
	ck_assert_ptr_null(strchr(said, '\033'));
	ck_assert(!load(GOOD "Value\033[2J=1\n"));
	ck_assert_ptr_null(strchr(said, '\033'));
	ck_assert(!load(GOOD "Value=\xff\xfe\n"));
	g_string_truncate(text, 0);
	for (int i = 0; i < 64 * 1024 * 1024; i++)
		g_string_append(text, "\n");
	g_string_append(text, GOOD);
	ck_assert(!load(text->str));
	ck_assert(strstr(said, "64 MiB") != NULL);
}
END_TEST

START_TEST(test_values)
{
	static const struct {
		const char *text;
		size_t length;
		const char *bytes;
	} rows[] = {
		{ "hello", 5, "hello" }, { "", 0, "" },
		{ "0x0102", 2, "\x01\x02" }, { "0X01 02", 2, "\x01\x02" },
		{ "hex:01:02", 2, "\x01\x02" }, { "text:0x01", 4, "0x01" }, { "u8:1 2", 2, "\x01\x02" },
		{ "u32:77", 4, "M\0\0\0" }, { "i16:-2", 2, "\xfe\xff" }, { "u8:", 0, "" }, { "text:", 0, "" },
		{ "note: u8", 8, "note: u8" }, { "u64:1", 5, "u64:1" },
		{ "u8", 2, "u8" }, { "text:u8:1", 4, "u8:1" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		g_autoptr(GByteArray) bytes = g_byte_array_new();
		Reason reason = { 0 };

		ck_assert_msg(value_parse_typed(rows[i].text, bytes, &reason) == 0, "%s: %s", rows[i].text,
			      reason.text);
		ck_assert_msg(bytes->len == rows[i].length, "%s: %u", rows[i].text, bytes->len);
		ck_assert_msg(bytes->len == 0 || memcmp(bytes->data, rows[i].bytes, bytes->len) == 0, "%s",
			      rows[i].text);
	}
}
END_TEST

UNIT_MAIN("ctl-serve-file", test_least, test_all, test_keys_of_options, test_refused, test_hostile, test_values)
