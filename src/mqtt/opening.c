/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opening a connection, in a thread. */
#include "mqtt/opening.h"

#include <errno.h>
#include <glib.h>
#include <mqtt_protocol.h>
#include <netdb.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include "mqtt/security.h"
#include "mqtt/trouble.h"
#include "util/fd.h"

struct Opening {
	struct mosquitto *mosq;
	char host[SETTING_TEXT_MAX];
	uint16_t port;
	int keepalive;
	unsigned packet_max;

	OpeningDone done;
	void *userdata;
	sd_event_source *source;
	int event_fd;	/* the thread is over */
	int rc;		/* of mosquitto_connect(), and its errno */
	int error;
	char trouble[TROUBLE_MAX];
	bool abandoned;		/* nobody waits for mosq any more */
	/* one of both sides, the loop and the thread, has left: the other one cleans up */
	atomic_bool left;
};

static void opening_free(Opening *opening)
{
	if (opening->abandoned)
		mosquitto_destroy(opening->mosq);
	fd_closep(&opening->event_fd);
	g_free(opening);
}

static void *open_socket(void *userdata)
{
	Opening *opening = userdata;
	mosquitto_property *properties = NULL;

	if (opening->packet_max > 0)
		(void)mosquitto_property_add_int32(&properties, MQTT_PROP_MAXIMUM_PACKET_SIZE,
						   opening->packet_max);
	opening->rc = mosquitto_connect_bind_v5(opening->mosq, opening->host, opening->port,
						opening->keepalive, NULL, properties);
	opening->error = errno;
	g_strlcpy(opening->trouble, trouble_last(), sizeof(opening->trouble));
	mosquitto_property_free_all(&properties);
	(void)eventfd_write(opening->event_fd, 1);
	if (atomic_exchange(&opening->left, true))
		opening_free(opening);
	return NULL;
}

static const char *trouble_of(const Opening *opening)
{
	switch (opening->rc) {
	case MOSQ_ERR_SUCCESS:
		return NULL;
	case MOSQ_ERR_ERRNO:
		return strerror(opening->error);
	case MOSQ_ERR_EAI:
		return gai_strerror(opening->error);
	default:
		return opening->trouble[0] ? opening->trouble : mosquitto_strerror(opening->rc);
	}
}

static int on_done(sd_event_source *source UNUSED, int fd UNUSED, uint32_t revents UNUSED, void *userdata)
{
	Opening *opening = userdata;
	OpeningDone done = opening->done;
	void *to = opening->userdata;
	const char *why = trouble_of(opening);
	g_autofree char *trouble = g_strdup(why);

	sd_event_source_disable_unref(opening->source);
	/* the thread may still be on its way out */
	if (atomic_exchange(&opening->left, true))
		opening_free(opening);
	done(to, trouble);
	return 0;
}

void opening_abandon(Opening *opening)
{
	opening->abandoned = true;
	sd_event_source_disable_unref(opening->source);
	if (atomic_exchange(&opening->left, true))
		opening_free(opening);
}

int opening_start(Opening **ret, sd_event *event, struct mosquitto *mosq, const Config *config,
		  unsigned packet_max, OpeningDone done, void *userdata)
{
	Opening *opening = g_new0(Opening, 1);
	pthread_t thread;
	int r;

	opening->mosq = mosq;
	g_strlcpy(opening->host, config->host, sizeof(opening->host));
	opening->port = security_port(config);
	opening->keepalive = (int)config->keepalive_seconds;
	opening->packet_max = packet_max;
	opening->done = done;
	opening->userdata = userdata;
	opening->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	r = opening->event_fd < 0 ? -errno : sd_event_add_io(event, &opening->source, opening->event_fd,
							     EPOLLIN, on_done, opening);
	if (r >= 0)
		r = -pthread_create(&thread, NULL, open_socket, opening);
	if (r < 0) {
		sd_event_source_disable_unref(opening->source);
		opening_free(opening);
		return r;
	}
	(void)pthread_detach(thread);
	*ret = opening;
	return 0;
}
