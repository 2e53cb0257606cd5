/* SPDX-License-Identifier: GPL-2.0-or-later */
/* AD bytes that the user typed, and what they say. */
#include "ctl/resolve.h"

#include "client/describe.h"
#include "meaning/decode.h"

static void tell_end(const FactWriter *writer, const DecodeEnd *end, size_t length)
{
	static const char *const kinds[] = {
		[END_CLEAN] = "clean",
		[END_PADDING] = "padding",
		[END_TERMINATED] = "terminated",
		[END_TRUNCATED] = "truncated",
	};

	fact_int(writer, "length", NULL, (long long)length);
	fact_string(writer, "end", NULL, kinds[end->kind], -1);
	if (end->kind != END_CLEAN)
		fact_int(writer, "end_offset", "at byte %lld: ", (long long)end->offset);
	switch (end->kind) {
	case END_CLEAN:
		break;
	case END_PADDING:
		fact_words(writer, "%zu zero bytes of padding\n", length - end->offset);
		break;
	case END_TERMINATED:
		fact_words(writer, "a zero length ends the data; %zu bytes after it are ignored\n",
			   length - end->offset - 1);
		break;
	case END_TRUNCATED:
		fact_words(writer, "malformed tail: its length byte says %u, bytes left: %zu\n", end->claimed,
			   end->left);
		break;
	}
}

static unsigned resolve(const FactWriter *writer, const uint8_t *data, size_t length, int type)
{
	DecodeEnd end = decode_end(data, length);
	unsigned found;

	fact_begin_object(writer, NULL);
	fact_begin_array(writer, "fields");
	found = describe_structures(writer, data, length, type);
	fact_end_array(writer);
	tell_end(writer, &end, length);
	fact_end_object(writer);
	return found;
}

unsigned resolve_append(GString *out, const uint8_t *data, size_t length, int type)
{
	return resolve(&(FactWriter){ .text = out }, data, length, type);
}

unsigned resolve_append_json(GString *out, const uint8_t *data, size_t length, int type)
{
	Json json;
	unsigned found;

	json_init(&json, out);
	found = resolve(&(FactWriter){ .json = &json }, data, length, type);
	g_string_append_c(out, '\n');
	return found;
}
