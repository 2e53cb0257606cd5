/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A temporary file with a text, for what reads files. */
#pragma once

/* Writes the file. Returns its path, for text_file_remove. */
char *text_file_make(const char *text);
/* Removes it, and frees the path. */
void text_file_remove(char *path);
