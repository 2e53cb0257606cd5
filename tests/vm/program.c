/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A program that a test has started as some user, and what it says. */
#include <signal.h>
#include <string.h>

#include <check.h>

#include "program.h"
#include "reports.h"

Program *program_start(const World *world, const char *user, const char *const *argv)
{
	static unsigned int number;
	Program *program = g_new0(Program, 1);
	g_autofree char *name = g_strdup_printf("program-%u.log", number++);
	g_autoptr(GPtrArray) words = g_ptr_array_new();

	g_ptr_array_add(words, (char *)(uintptr_t)"as-user");
	g_ptr_array_add(words, (char *)(uintptr_t)user);
	for (; *argv; argv++)
		g_ptr_array_add(words, (char *)(uintptr_t)*argv);
	g_ptr_array_add(words, NULL);

	program->log = g_build_filename(world_dir(world), name, NULL);
	program->reports = g_ptr_array_new_with_free_func(g_free);
	child_start(&program->child, (const char *const *)words->pdata, NULL, program->log);
	return program;
}

Program *program_start_scanner(const World *world, const char *user, const char *delivery,
			       const char *key, const char *value)
{
	const char *path = g_getenv("SCAN_PROGRAM");
	const char *const argv[] = { path, delivery, key, value, NULL };

	ck_assert_msg(path != NULL, "SCAN_PROGRAM is not set");
	return program_start(world, user, argv);
}

Program *program_free(Program *program)
{
	g_free(program->log);
	g_free(program->session);
	g_ptr_array_unref(program->reports);
	g_free(program);
	return NULL;
}

static void program_parse(Program *program, const char *line, unsigned int n_report)
{
	g_auto(GStrv) words = g_strsplit(line, " ", -1);
	unsigned int n = g_strv_length(words);

	if (g_str_equal(words[0], "session") && n == 2) {
		program->session = g_strdup(words[1]);
	} else if (g_str_equal(words[0], "scanning")) {
		/* of no interest */
	} else if (g_str_equal(words[0], "dropped") && n == 2) {
		program->dropped = g_ascii_strtoull(words[1], NULL, 10);
		program->complete = true;
	} else if (n == 4) {
		/* reports are numbered from 0, and none is missing */
		ck_assert_msg(g_ascii_strtoull(words[2], NULL, 10) == n_report, "report %u is: %s",
			      n_report, line);
		g_ptr_array_add(program->reports,
				g_strdup_printf("%s %s %s", words[0], words[1], words[3]));
	} else {
		ck_abort_msg("a program says: %s", line);
	}
}

void program_read(Program *program)
{
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;

	if (!g_file_get_contents(program->log, &text, NULL, NULL))
		ck_abort_msg("%s cannot be read", program->log);
	g_clear_pointer(&program->session, g_free);
	g_ptr_array_set_size(program->reports, 0);

	lines = g_strsplit(text, "\n", -1);
	/* after the last newline there is nothing, or half a line */
	for (char **line = lines; line[0] && line[1]; line++)
		program_parse(program, *line, program->reports->len);
}

bool program_hears(void *data)
{
	Program *program = data;

	program_read(program);
	return program->reports->len > 0;
}

void program_end(Program *program, unsigned int patience_ms)
{
	ck_assert_msg(child_end(&program->child, SIGTERM, patience_ms), "a program does not end");
	ck_assert_int_eq(program->child.status, 0);
	program_read(program);
	ck_assert(program->complete);
}

bool program_has_ended(void *data)
{
	return !child_is_running(&((Program *)data)->child);
}

void program_check_reports(const Program *program, const GPtrArray *all,
			   bool (*passes)(const char *address))
{
	unsigned int at = 0, n = program->reports->len;

	ck_assert_uint_gt(n, 0);
	for (unsigned int i = 0; i < all->len && at < n; i++) {
		const char *report = g_ptr_array_index(all, i);
		const char *mine = g_ptr_array_index(program->reports, at);

		if (!passes(report_address(report)) || (at == 0 && strcmp(report, mine) != 0))
			continue;
		ck_assert_str_eq(mine, report);
		at++;
	}
	ck_assert_msg(at == n, "of %u reports, only %u were for this program, after: %s", n, at,
		      at ? (char *)g_ptr_array_index(program->reports, at - 1) : "none");
}
