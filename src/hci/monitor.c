/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading advertising reports from the HCI monitor channel. */
#include "hci/monitor.h"

#include <byteswap.h>
#include <errno.h>
#include <glib.h>
#include <linux/filter.h>
#include <linux/sock_diag.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <bluetooth/bluetooth.h>
#include <bluetooth/hci.h>

#include "hci/assembly.h"

#define BATCH 64			/* packets in a turn of the loop */
/* Bytes to ask for; the kernel doubles them. Enough for about 4 s of a radio that hears all it can. */
#define BUFFER (4 * 1024 * 1024)
#define CONTROL_SIZE CMSG_SPACE(sizeof(struct timespec))

struct Monitor {
	const MonitorOps *ops;
	void *userdata;
	int fd;
	sd_event_source *source;
	Assembly *assembly;
	bool suspect;			/* packets were lost, and some from before that are still unread */
	uint32_t drops;			/* the kernel's count of lost packets when we last looked */
	uint64_t last;			/* time of the last packet */
	uint16_t radios[MONITOR_RADIOS_MAX];
	size_t n_radios;
	MonitorStats stats;

	struct mmsghdr messages[BATCH];
	struct iovec parts[BATCH];
	uint8_t packets[BATCH][PACKET_MAX];
	_Alignas(struct cmsghdr) uint8_t control[BATCH][CONTROL_SIZE];
};

static uint64_t clock_usec(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * USEC_PER_SEC + (uint64_t)now.tv_nsec / 1000;
}

/*
 * Lets a packet pass that has opcode 3 (HCI event), event 0x3e (LE Meta), an advertising subevent, and one of
 * the radios. Packets are little-endian, but BPF loads two bytes as big-endian: hence bswap_16. A load past
 * the packet's end refuses the packet.
 */
static int attach_filter(int fd, const uint16_t *radios, size_t n)
{
	enum { SUBEVENT_IS_GOOD = 8, FIRST_RADIO = 9 };
	const uint8_t refuse = (uint8_t)(FIRST_RADIO + n), pass = (uint8_t)(refuse + 1);
	struct sock_filter code[FIRST_RADIO + MONITOR_RADIOS_MAX + 2] = {
#define LOAD(size, offset) BPF_STMT(BPF_LD | (size) | BPF_ABS, (offset))
#define AFTER(here, there) (uint8_t)((there) - (here) - 1)
#define EQUAL(here, value, yes, no) \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), AFTER(here, yes), AFTER(here, no))
		[0] = LOAD(BPF_H, 0),
		[1] = EQUAL(1, bswap_16(PACKET_OPCODE_EVENT), 2, refuse),
		[2] = LOAD(BPF_B, PACKET_HEADER),
		[3] = EQUAL(3, EVT_LE_META_EVENT, 4, refuse),
		[4] = LOAD(BPF_B, PACKET_HEADER + HCI_EVENT_HDR_SIZE),
		[5] = EQUAL(5, EVT_LE_ADVERTISING_REPORT, SUBEVENT_IS_GOOD, 6),
		[6] = EQUAL(6, SUBEVENT_EXTENDED_ADVERTISING_REPORT, SUBEVENT_IS_GOOD, 7),
		[7] = EQUAL(7, SUBEVENT_DIRECTED_ADVERTISING_REPORT, SUBEVENT_IS_GOOD, refuse),
		[SUBEVENT_IS_GOOD] = LOAD(BPF_H, 2),
	};
	struct sock_fprog program = { .len = (unsigned short)(pass + 1), .filter = code };

	for (size_t i = FIRST_RADIO; i < refuse; i++)
		code[i] = (struct sock_filter)EQUAL(i, bswap_16(radios[i - FIRST_RADIO]), pass, i + 1);
	code[refuse] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, 0);
	code[pass] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, UINT32_MAX);
#undef LOAD
#undef AFTER
#undef EQUAL
	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) < 0 ? -errno : 0;
}

static bool listens_to(const Monitor *monitor, unsigned index)
{
	for (size_t i = 0; i < monitor->n_radios; i++)
		if (monitor->radios[i] == index)
			return true;
	return false;
}

static void on_whole_report(void *userdata, unsigned index, const ReportInfo *info)
{
	Monitor *monitor = userdata;

	if (!listens_to(monitor, index))
		return;
	monitor->stats.reports++;
	monitor->stats.truncated += info->truncated;
	monitor->ops->report(monitor->userdata, index, info);
}

/*
 * When the kernel received the packet. The kernel's time stamp is by the wall clock, which may have been set
 * since: so the result is never before the previous packet's time, and never after now.
 */
static uint64_t time_of(Monitor *monitor, const struct msghdr *message, uint64_t now, uint64_t wall)
{
	const struct cmsghdr *control = CMSG_FIRSTHDR(message);
	struct timespec stamp;
	uint64_t received, then = now;

	if (control && control->cmsg_level == SOL_SOCKET && control->cmsg_type == SCM_TIMESTAMPNS) {
		memcpy(&stamp, CMSG_DATA(control), sizeof(stamp));
		received = (uint64_t)stamp.tv_sec * USEC_PER_SEC + (uint64_t)stamp.tv_nsec / 1000;
		if (received < wall && wall - received < now)
			then = now - (wall - received);
	}
	if (then > monitor->last)
		monitor->last = then;
	return monitor->last;
}

static void take_packet(Monitor *monitor, const uint8_t *packet, size_t length, uint64_t time)
{
	PacketReport report;
	PacketIter iter;

	if (!packet_iter_init(&iter, packet, length) || !listens_to(monitor, iter.index))
		return;
	while (packet_iter_next(&iter, &report)) {
		report.info.time = time;
		assembly_add(monitor->assembly, &report, monitor->suspect);
	}
	monitor->stats.malformed += iter.malformed;
}

/* HCI sockets do not support SO_RXQ_OVFL, but SO_MEMINFO tells how many packets they dropped. */
static void check_drops(Monitor *monitor)
{
	uint32_t info[SK_MEMINFO_VARS] = { 0 };
	socklen_t size = sizeof(info);
	uint32_t more;

	if (getsockopt(monitor->fd, SOL_SOCKET, SO_MEMINFO, info, &size) < 0)
		return;
	more = info[SK_MEMINFO_DROPS] - monitor->drops;
	if (more == 0)
		return;
	monitor->drops = info[SK_MEMINFO_DROPS];
	monitor->stats.lost += more;
	monitor->suspect = true;
	monitor->ops->lost(monitor->userdata, more);
}

static void monitor_fail(Monitor *monitor, int error)
{
	monitor->source = sd_event_source_disable_unref(monitor->source);
	monitor->ops->failed(monitor->userdata, error);
}

static int on_readable(sd_event_source *source UNUSED, int fd, uint32_t events, void *userdata)
{
	Monitor *monitor = userdata;
	uint64_t now, wall;
	int n;

	/* recvmmsg() shortens msg_controllen to what it wrote */
	for (size_t i = 0; i < BATCH; i++)
		monitor->messages[i].msg_hdr.msg_controllen = CONTROL_SIZE;
	n = recvmmsg(fd, monitor->messages, BATCH, 0, NULL);
	if (n < 0) {
		if (errno == EINTR || (errno == EAGAIN && !(events & (EPOLLHUP | EPOLLERR))))
			return 0;
		monitor_fail(monitor, errno == EAGAIN ? -EPIPE : -errno);
		return 0;
	}
	if (monitor->messages[0].msg_len == 0) {	/* no packet is empty: the socket is closed */
		monitor_fail(monitor, -EPIPE);
		return 0;
	}

	/* The kernel only drops packets when more than a batch wait, so its count is read then; and whenever
	 * fragments wait, because they must not be joined over a gap. */
	if (n == BATCH || monitor->suspect || assembly_is_waiting(monitor->assembly))
		check_drops(monitor);
	monitor->stats.packets += (unsigned)n;
	now = clock_usec(CLOCK_BOOTTIME);
	wall = clock_usec(CLOCK_REALTIME);
	for (int i = 0; i < n; i++)
		take_packet(monitor, monitor->packets[i], monitor->messages[i].msg_len,
			    time_of(monitor, &monitor->messages[i].msg_hdr, now, wall));

	/* all packets from before the gap have been read */
	if (monitor->suspect && n < BATCH) {
		assembly_flush(monitor->assembly);
		monitor->suspect = false;
	}
	return 0;
}

static int open_socket(Monitor *monitor)
{
	static const struct sockaddr_hci address = {
		.hci_family = AF_BLUETOOTH, .hci_dev = HCI_DEV_NONE, .hci_channel = HCI_CHANNEL_MONITOR
	};
	int fd, size = BUFFER, had = 0, on = 1, r;
	socklen_t length = sizeof(size);

	fd = socket(AF_BLUETOOTH, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, BTPROTO_HCI);
	if (fd < 0)
		return -errno;
	monitor->fd = fd;

	/* before bind(), from which on the kernel writes to the socket, at first all that it knows */
	r = attach_filter(fd, NULL, 0);
	if (r < 0)
		return r;
	/* With CAP_NET_ADMIN as much as we like, else at most net.core.rmem_max, which can be less than
	 * what each socket has by default (net.core.rmem_default): a default that is large enough is left
	 * alone. */
	if (getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &had, &length) < 0)
		return -errno;
	if (had < 2 * BUFFER && setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0 &&
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)) < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on)) < 0 ||
	    getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, &length) < 0)
		return -errno;
	monitor->stats.buffer = (unsigned)size;
	return bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0 ? -errno : 0;
}

int monitor_new(Monitor **ret, sd_event *event, int64_t priority, const MonitorOps *ops, void *userdata)
{
	Monitor *monitor = g_new0(Monitor, 1);
	int r;

	monitor->ops = ops;
	monitor->userdata = userdata;
	monitor->fd = -1;
	for (size_t i = 0; i < BATCH; i++) {
		monitor->parts[i] = (struct iovec) { .iov_base = monitor->packets[i], .iov_len = PACKET_MAX };
		monitor->messages[i].msg_hdr = (struct msghdr) {
			.msg_iov = &monitor->parts[i], .msg_iovlen = 1, .msg_control = monitor->control[i]
		};
	}

	monitor->assembly = assembly_new(on_whole_report, monitor);
	r = open_socket(monitor);
	if (r >= 0)
		r = sd_event_add_io(event, &monitor->source, monitor->fd, EPOLLIN, on_readable, monitor);
	if (r >= 0)
		r = sd_event_source_set_priority(monitor->source, priority);
	if (r < 0) {
		monitor_free(monitor);
		return r;
	}
	*ret = monitor;
	return 0;
}

Monitor *monitor_free(Monitor *monitor)
{
	if (!monitor)
		return NULL;
	sd_event_source_disable_unref(monitor->source);
	assembly_free(monitor->assembly);
	if (monitor->fd >= 0)
		close(monitor->fd);
	g_free(monitor);
	return NULL;
}

int monitor_listen(Monitor *monitor, const uint16_t *indices, size_t n)
{
	uint16_t before[MONITOR_RADIOS_MAX];
	size_t n_before = monitor->n_radios;
	int r;

	if (n > MONITOR_RADIOS_MAX)
		return -E2BIG;
	if (n == n_before && (n == 0 || memcmp(indices, monitor->radios, n * sizeof(indices[0])) == 0))
		return 0;
	r = attach_filter(monitor->fd, indices, n);
	if (r < 0)
		return r;

	memcpy(before, monitor->radios, n_before * sizeof(before[0]));
	if (n > 0)
		memcpy(monitor->radios, indices, n * sizeof(indices[0]));
	monitor->n_radios = n;
	for (size_t i = 0; i < n_before; i++)
		if (!listens_to(monitor, before[i]))
			assembly_forget(monitor->assembly, before[i]);
	return 0;
}

const MonitorStats *monitor_stats(const Monitor *monitor)
{
	return &monitor->stats;
}
