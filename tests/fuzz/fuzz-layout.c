/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as the value of each of the SIG's characteristics. The first two are the UUID, or else choose one. */
#include <math.h>
#include <string.h>

#include "fuzz.h"
#include "meaning/layout.h"

/* What is returned is within the value, or ours; and there is only so much of it. */
static size_t walk(const Layout *layout, const uint8_t *value, size_t size)
{
	const LayoutField *last = layout->fields;
	LayoutValue found;
	LayoutIter iter;
	size_t n = 0;

	layout_iter_init(&iter, layout, value, size);
	while (layout_next(&iter, &found)) {
		PROMISE(iter.offset <= size);
		PROMISE(found.field >= last && found.field->type != LAYOUT_END);
		PROMISE(found.field->name && found.field->name[0]);
		PROMISE(!(found.field->options & (LAYOUT_FLAGS | LAYOUT_HIDDEN)));
		if (found.kind == LAYOUT_IS_NUMBER)
			PROMISE(isfinite(found.number) && found.decimals <= 128);
		else
			PROMISE(found.text && (found.field->type == LAYOUT_TEXT || found.field->type == LAYOUT_BYTES ||
					       !memchr(found.text, '|', found.length)));
		last = found.field;
		n++;
	}
	PROMISE(iter.offset <= size && n <= 32 * 64 + size);
	PROMISE(!layout_next(&iter, &found));
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Reason reason = { 0 };
	const Layout *layout;
	Uuid uuid;
	uint8_t *value;
	int r;

	if (size < 2)
		return 0;
	uuid_from_int((uint32_t)(data[0] | data[1] << 8), &uuid);
	layout = layout_find(&uuid);
	if (!layout)
		layout = &layouts[(size_t)(data[0] | data[1] << 8) % layout_count];
	/* so that a byte behind its end is noticed */
	value = malloc(size - 2 > 0 ? size - 2 : 1);
	PROMISE(value);
	memcpy(value, data + 2, size - 2);
	r = layout_check(layout, value, size - 2, &reason);
	PROMISE(r == 0 || (r == E_INVALID_ARGUMENTS && reason.text[0]));
	PROMISE(walk(layout, value, size - 2) == walk(layout, value, size - 2));
	free(value);
	return 0;
}
