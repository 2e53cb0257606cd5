/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes through the AD parser. What it finds, built again, must be what was there. */
#include <string.h>

#include "core/report.h"
#include "fuzz.h"
#include "meaning/ad.h"

static void check_uuids(const AdField *field)
{
	size_t position = 0, last = 0;
	char text[UUID_STRING_SIZE];
	Uuid uuid, again;

	while (ad_field_next_uuid(field, &position, &uuid)) {
		PROMISE(position - last == uuid.width && position <= field->length);
		PROMISE(uuid_parse(uuid_format(&uuid, text), &again) == 0);
		PROMISE(uuid_equal(&uuid, &again));
		last = position;
	}
}

static void check_finders(const uint8_t *data, size_t size)
{
	AdField name;
	int8_t power;

	if (ad_find_name(data, size, &name)) {
		PROMISE(name.type == AD_NAME || name.type == AD_NAME_SHORT);
		PROMISE(name.data >= data && (size_t)(name.data - data) + name.length <= size);
	}
	ad_find_tx_power(data, size, &power);
}

static void check_report(const uint8_t *data, size_t size)
{
	ReportInfo info = { .data = data, .length = size };
	Report *report;
	int r = report_new(&report, &info);

	PROMISE(r == 0 || size > AD_MAX);
	if (r < 0)
		return;
	PROMISE(report->length == size && (size == 0 || memcmp(report->data, data, size) == 0));
	report_unref(report);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static AdBuilder builder;
	AdField field;
	AdIter iter;

	ad_builder_init(&builder);
	ad_iter_init(&iter, data, size);
	while (ad_iter_next(&iter, &field)) {
		PROMISE(field.data > data && (size_t)(field.data - data) + field.length <= size);
		check_uuids(&field);
		if (size <= AD_MAX)
			PROMISE(ad_builder_add(&builder, field.type, field.data, field.length / 3,
					       field.data + field.length / 3,
					       (size_t)field.length - field.length / 3) == 0);
	}
	PROMISE(!ad_iter_next(&iter, &field));
	PROMISE(builder.length <= size && (builder.length == 0 || memcmp(builder.data, data, builder.length) == 0));

	check_finders(data, size);
	check_report(data, size);
	return 0;
}
