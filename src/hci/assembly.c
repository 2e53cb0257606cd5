/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Joining fragments of extended advertising reports. */
#include "hci/assembly.h"

#include <glib.h>
#include <string.h>

#include "meaning/ad.h"

typedef struct Slot {
	bool used;
	bool overlong;		/* the data did not fit: further fragments are dropped */
	uint16_t index;
	uint16_t event_type;
	ReportInfo info;	/* of the last fragment; data and length: all so far */
} Slot;

struct Assembly {
	AssemblyReport report;
	void *userdata;
	size_t used;
	Slot slots[ASSEMBLY_SLOTS];
	/* low slots are used first, so most of these pages are never touched */
	uint8_t data[ASSEMBLY_SLOTS][AD_MAX];
};

Assembly *assembly_new(AssemblyReport report, void *userdata)
{
	/* so large a block comes zeroed from the kernel, and its pages stay untouched here */
	Assembly *assembly = g_malloc0(sizeof(*assembly));

	assembly->report = report;
	assembly->userdata = userdata;
	return assembly;
}

Assembly *assembly_free(Assembly *assembly)
{
	g_free(assembly);
	return NULL;
}

bool assembly_is_waiting(const Assembly *assembly)
{
	return assembly->used > 0;
}

static Slot *find(Assembly *assembly, const PacketReport *report)
{
	if (assembly->used == 0)
		return NULL;
	for (Slot *slot = assembly->slots; slot < assembly->slots + ASSEMBLY_SLOTS; slot++)
		if (slot->used && slot->index == report->index && slot->event_type == report->event_type &&
		    slot->info.sid == report->info.sid && slot->info.addr.type == report->info.addr.type &&
		    addr_equal(&slot->info.addr, &report->info.addr))
			return slot;
	return NULL;
}

static void release(Assembly *assembly, Slot *slot)
{
	slot->used = false;
	assembly->used--;
}

static void finish(Assembly *assembly, Slot *slot, bool truncated)
{
	/* the slot is freed first, so that the callback may call the assembly (but for assembly_add) */
	release(assembly, slot);
	slot->info.truncated = truncated || slot->overlong;
	assembly->report(assembly->userdata, slot->index, &slot->info);
}

/* A free slot. If there is none, the report that has waited longest is handed on, and gives its slot. */
static Slot *claim(Assembly *assembly)
{
	Slot *oldest = NULL;

	for (Slot *slot = assembly->slots; slot < assembly->slots + ASSEMBLY_SLOTS; slot++) {
		if (!slot->used)
			return slot;
		if (!oldest || slot->info.time < oldest->info.time)
			oldest = slot;
	}
	finish(assembly, oldest, true);
	return oldest;
}

static Slot *begin(Assembly *assembly, const PacketReport *report)
{
	Slot *slot = claim(assembly);

	*slot = (Slot) {
		.used = true,
		.index = report->index,
		.event_type = report->event_type,
	};
	assembly->used++;
	return slot;
}

static void append(Assembly *assembly, Slot *slot, const ReportInfo *fragment)
{
	uint8_t *data = assembly->data[slot - assembly->slots];
	size_t have = slot->info.length, length = fragment->length;

	if (length > AD_MAX - have) {
		length = AD_MAX - have;
		slot->overlong = true;
	}
	if (length > 0)
		memcpy(data + have, fragment->data, length);
	slot->info = *fragment;
	slot->info.data = data;
	slot->info.length = have + length;
}

/* Whether the data consists of whole AD structures. A last fragment, without its beginning, hardly ever
 * does. */
static bool is_well_formed(const ReportInfo *info)
{
	AdField field;
	AdIter iter;

	ad_iter_init(&iter, info->data, info->length);
	while (ad_iter_next(&iter, &field))
		;
	return iter.at == iter.end;
}

/* Hands on a report that has no earlier fragments here: there were none, or they were lost. */
static void pass(Assembly *assembly, const PacketReport *report, bool suspect)
{
	ReportInfo info = report->info;

	if (suspect && info.extended && !is_well_formed(&info))
		info.truncated = true;
	assembly->report(assembly->userdata, report->index, &info);
}

void assembly_add(Assembly *assembly, const PacketReport *report, bool suspect)
{
	const ReportInfo *info = &report->info;
	Slot *slot = find(assembly, report);

	if (slot && info->time > slot->info.time && info->time - slot->info.time >= ASSEMBLY_IDLE) {
		finish(assembly, slot, true);
		slot = NULL;
	}
	if (!slot && report->status != DATA_MORE) {
		pass(assembly, report, suspect);
		return;
	}
	if (!slot)
		slot = begin(assembly, report);
	append(assembly, slot, info);
	if (report->status != DATA_MORE)
		finish(assembly, slot, suspect || report->status == DATA_TRUNCATED);
}

void assembly_flush(Assembly *assembly)
{
	for (Slot *slot = assembly->slots; assembly->used > 0 && slot < assembly->slots + ASSEMBLY_SLOTS;
	     slot++)
		if (slot->used)
			finish(assembly, slot, true);
}

void assembly_forget(Assembly *assembly, unsigned index)
{
	for (Slot *slot = assembly->slots; assembly->used > 0 && slot < assembly->slots + ASSEMBLY_SLOTS;
	     slot++)
		if (slot->used && slot->index == index)
			release(assembly, slot);
}
