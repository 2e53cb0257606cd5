# SPDX-License-Identifier: GPL-2.0-or-later
# Completion of bluebrokerctl(1) for bash. The tool itself says what may come, already quoted.
# shellcheck shell=bash

_bluebrokerctl()
{
	local line=${COMP_LINE:0:COMP_POINT} piece='' head='' value meaning i
	local -a words=() starts=() values=() meanings=()

	# bash splits words at : and = as well: put together what has no blank between
	for ((i = 0; i <= COMP_CWORD; i++)); do
		if ((i == 0)) || [[ $line == [[:blank:]]* ]]; then
			line=${line#"${line%%[![:blank:]]*}"}
			words+=('')
			starts+=("$i")
			head=
		else
			head=${words[-1]}
		fi
		piece=${COMP_WORDS[i]}
		((i < COMP_CWORD)) || piece=$line
		words[-1]+=$piece
		line=${line#"$piece"}
	done
	# what bash replaces stands behind the last of those characters
	[[ $piece == [:=]* ]] && head=${words[-1]}

	while IFS= read -r value; do
		meaning=${value#*$'\t'}
		value=${value%%$'\t'*}
		if [[ $value ]]; then
			values+=("${value:${#head}}")
			meanings+=("$meaning")
			continue
		fi
		case $meaning in
		files)
			compopt -o default 2>/dev/null
			;;
		commands)
			mapfile -t COMPREPLY < <(compgen -c -- "$piece")
			;;
		"command "*)
			i=$((${meaning#command } + 1))
			_bluebrokerctl_command "${starts[i]}"
			;;
		esac
		return
	done < <("$1" complete bash -- "${words[@]:1}" 2>/dev/null)

	COMPREPLY=("${values[@]}")
	# where bash lists them, it also says what they mean
	if ((COMP_TYPE == 63 && ${#values[@]} > 1)); then
		for i in "${!values[@]}"; do
			[[ ${meanings[i]} ]] && COMPREPLY[i]+="  (${meanings[i]})"
		done
	fi
}

# The command that run starts, which begins at that word: with its own completion, where bash-completion finds one.
_bluebrokerctl_command()
{
	if declare -F _comp_command_offset >/dev/null; then
		_comp_command_offset "$1"
	elif declare -F _command_offset >/dev/null; then
		_command_offset "$1"
	else
		compopt -o default 2>/dev/null
	fi
}

complete -o nosort -F _bluebrokerctl bluebrokerctl
