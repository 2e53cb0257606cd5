/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes through the reader of bluebroker-stream.h. What it finds, packed again, must be what was there. */
#include <bluebroker-stream.h>
#include <string.h>

#include "core/stream-record.h"
#include "fuzz.h"
#include "meaning/ad.h"

#define REPORTS_MAX 32

static void check_again(const bb_stream_report *found, const bb_stream_report *again)
{
	PROMISE(again->time == found->time && memcmp(again->address, found->address, 6) == 0);
	PROMISE(again->addr_type == found->addr_type && again->adv_type == found->adv_type);
	PROMISE(again->rssi == found->rssi && again->tx_power == found->tx_power);
	PROMISE(again->primary_phy == found->primary_phy && again->secondary_phy == found->secondary_phy);
	PROMISE(again->sid == found->sid);
	PROMISE(again->flags == (found->flags & (BB_STREAM_EXTENDED | BB_STREAM_SYNTHESIZED)));
	PROMISE(again->length == found->length);
	PROMISE(found->length == 0 || memcmp(again->data, found->data, found->length) == 0);
}

static void push(Ring *ring, const bb_stream_report *found)
{
	ReportInfo info = {
		.addr.type = found->addr_type,
		.adv_type = found->adv_type,
		.rssi = found->rssi,
		.tx_power = found->tx_power,
		.primary_phy = found->primary_phy,
		.secondary_phy = found->secondary_phy,
		.sid = found->sid,
		.extended = found->flags & BB_STREAM_EXTENDED,
		.synthesized = found->flags & BB_STREAM_SYNTHESIZED,
		.time = found->time,
		.data = found->data,
		.length = found->length,
	};
	Report *report;

	memcpy(info.addr.bytes, found->address, sizeof(info.addr.bytes));
	PROMISE(report_new(&report, &info) == 0);
	ring_push(ring, report);
	report_unref(report);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t packed[BB_STREAM_DATAGRAM_MAX];
	bb_stream_report found[REPORTS_MAX], report, again;
	size_t kept = 0, all = 0, length, count;
	bb_stream_iter iter;
	uint64_t lost;
	unsigned told;
	Ring *ring;

	if (bb_stream_open(data, size, &iter) < 0)
		return 0;
	ring = ring_new(REPORTS_MAX, true);
	told = iter.count;
	lost = iter.lost;
	while (bb_stream_next(&iter, &report) > 0) {
		all++;
		PROMISE(report.data > data && (size_t)(report.data - data) + report.length <= size);
		if (kept == REPORTS_MAX || report.length > AD_MAX)
			continue;
		push(ring, &report);
		found[kept++] = report;
	}
	PROMISE(all <= told && all == told - iter.count);
	PROMISE(iter.at <= data + size && iter.left == (size_t)(data + size - iter.at));
	PROMISE(bb_stream_next(&iter, &report) <= 0);

	length = stream_datagram(ring, REPORTS_MAX, lost, packed, sizeof(packed), &count);
	PROMISE(count == kept && bb_stream_open(packed, length, &iter) == 0 && iter.lost == lost && iter.count == kept);
	for (size_t i = 0; i < kept; i++) {
		PROMISE(bb_stream_next(&iter, &again) == 1 && again.sequence == i);
		check_again(&found[i], &again);
	}
	PROMISE(bb_stream_next(&iter, &again) == 0 && iter.left == 0);
	ring_free(ring);
	return 0;
}
