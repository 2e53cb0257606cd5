/* SPDX-License-Identifier: GPL-2.0-or-later */
/* User and password, TLS. */
#include "mqtt/security.h"

#include <errno.h>
#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "mqtt/trouble.h"
#include "util/file.h"

#define SECRET_MAX 65535	/* bytes: what MQTT has room for */
#define SYSTEM_CERTIFICATES "/etc/ssl/certs"
#define CREDENTIAL "password"	/* LoadCredential=password:… in the unit */

static const char *or_null(const char *text)
{
	return *text ? text : NULL;
}

uint16_t security_port(const Config *config)
{
	if (config->port > 0)
		return (uint16_t)config->port;
	return config->tls ? 8883 : 1883;
}

/* The first line of a file. */
static int read_secret(const char *path, char **ret, Reason *reason)
{
	g_autofree char *text = NULL;
	size_t length;
	int r = file_read(path, SECRET_MAX, &text, &length);

	if (r < 0)
		return reason_set(reason, E_FAILED, "%.160s: %s", path, strerror(-r));
	text[strcspn(text, "\r\n")] = '\0';
	*ret = g_steal_pointer(&text);
	return 0;
}

/* The configuration's file, or else what systemd hands over. */
static int read_password(const Config *config, char **ret, Reason *reason)
{
	const char *directory = getenv("CREDENTIALS_DIRECTORY");
	g_autofree char *credential = directory ? g_build_filename(directory, CREDENTIAL, NULL) : NULL;

	if (*config->password_file)
		return read_secret(config->password_file, ret, reason);
	if (credential && g_file_test(credential, G_FILE_TEST_EXISTS))
		return read_secret(credential, ret, reason);
	return 0;
}

static int set_user(struct mosquitto *mosq, const Config *config, Reason *reason)
{
	g_autofree char *password = NULL;
	int r;

	if (!*config->user)
		return 0;
	r = read_password(config, &password, reason);
	if (r != 0)
		return r;
	if (mosquitto_username_pw_set(mosq, config->user, password) != MOSQ_ERR_SUCCESS)
		r = reason_set(reason, E_FAILED, "user or password: not what MQTT takes");
	if (password)
		explicit_bzero(password, strlen(password));
	return r;
}

void security_forget(char **psk)
{
	if (*psk)
		explicit_bzero(*psk, strlen(*psk));
	g_clear_pointer(psk, g_free);
}

/* libmosquitto (2.0) never lets go of a key that it was told, so it is told of those alone that are new. */
static int set_psk(struct mosquitto *mosq, const Config *config, char **psk, Reason *reason)
{
	CLEANUP(security_forget) char *key = NULL;
	int r = read_secret(config->psk_file, &key, reason);

	if (r != 0 || g_strcmp0(key, *psk) == 0)
		return r;
	if (mosquitto_tls_psk_set(mosq, key, config->psk_identity, NULL) != MOSQ_ERR_SUCCESS)
		return reason_set(reason, E_FAILED, "%.160s: not a key in hex", config->psk_file);
	security_forget(psk);
	*psk = g_steal_pointer(&key);
	return 0;
}

/* libmosquitto says only that something is wrong. */
static int check_files(const Config *config, Reason *reason)
{
	const char *const files[] = { config->ca_file, config->certificate_file, config->key_file };

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		g_autofree char *text = NULL;
		size_t length;
		int r = *files[i] ? file_read(files[i], 1024 * 1024, &text, &length) : 0;

		if (r < 0)
			return reason_set(reason, E_FAILED, "%.160s: %s", files[i], strerror(-r));
	}
	return 0;
}

static int set_certificates(struct mosquitto *mosq, const Config *config, Reason *reason)
{
	int r = check_files(config, reason);
	int rc;

	if (r != 0)
		return r;
	rc = mosquitto_tls_set(mosq, or_null(config->ca_file), *config->ca_file ? NULL : SYSTEM_CERTIFICATES,
			       or_null(config->certificate_file), or_null(config->key_file), NULL);
	if (rc != MOSQ_ERR_SUCCESS)
		return reason_set(reason, E_FAILED, "[TLS]: %s", *trouble_last() ? trouble_last() :
				  mosquitto_strerror(rc));
	return 0;
}

int security_set(struct mosquitto *mosq, const Config *config, char **psk, Reason *reason)
{
	int r = set_user(mosq, config, reason);

	if (r != 0 || !config->tls)
		return r;
	if (*config->alpn &&
	    mosquitto_string_option(mosq, MOSQ_OPT_TLS_ALPN, config->alpn) != MOSQ_ERR_SUCCESS)
		return reason_set(reason, E_FAILED, "[TLS] Alpn=%.80s: libmosquitto does not take it",
				  config->alpn);
	return *config->psk_file ? set_psk(mosq, config, psk, reason) :
				   set_certificates(mosq, config, reason);
}
