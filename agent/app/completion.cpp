// SPDX-License-Identifier: Apache-2.0
#include "agent/app/completion.hpp"

#include <map>
#include <set>
#include <vector>

#include "agent/app/verb_table.hpp"
#include "platform/base/text.hpp"

namespace app {

namespace {

std::string quoted(std::string_view text, std::string_view quoteInside) {
    std::string result = "'";
    for (const char letter : text) {
        if (letter == '\'') {
            result += quoteInside;
        } else {
            result += letter;
        }
    }
    return result + '\'';
}

std::string shellQuoted(std::string_view text) { return quoted(text, "'\\''"); }
std::string powershellQuoted(std::string_view text) { return quoted(text, "''"); }
std::string fishQuoted(std::string_view text) { return quoted(text, "\\'"); }

std::string spaced(std::string_view choices) {
    std::string text(choices);
    for (char& letter : text) letter = letter == '|' ? ' ' : letter;
    return text;
}

/// First words: nouns, and verbs that stand alone.
std::vector<std::string> firstWords() {
    std::vector<std::string> words;
    for (const Verb& verb : verbs()) {
        const std::string word(verb.noun.empty() ? verb.name : verb.noun);
        if (words.empty() || words.back() != word) words.push_back(word);
    }
    return words;
}

std::string verbsOf(std::string_view noun) {
    std::string text;
    for (const Verb& verb : verbs()) {
        if (verb.noun == noun) text += (text.empty() ? "" : " ") + std::string(verb.name);
    }
    return text;
}

std::string optionsOf(const Verb& verb) {
    std::string text;
    forEachOption(verb, [&](const Option& option) {
        text += (text.empty() ? "--" : " --") + std::string(option.name);
    });
    return text;
}

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
    return text;
}

/// Shell cases "noun verb) ... ;;" that set `options` and `offers` for a verb.
std::string posixCases() {
    std::string text;
    for (const Verb& verb : verbs()) {
        text += "        " + shellQuoted(verb.fullName()) + ") options=" + shellQuoted(optionsOf(verb));
        for (const Operand& operand : verb.operands) {
            if (operand.kind == ValueKind::Choice) text += "; offers=" + shellQuoted(spaced(operand.name));
            if (operand.kind == ValueKind::Point) text += "; offers='latest'";
        }
        text += " ;;\n";
    }
    std::set<std::string> nouns;
    for (const Verb& verb : verbs()) {
        if (verb.noun.empty() || !nouns.emplace(verb.noun).second) continue;
        text += "        " + shellQuoted(verb.noun) + ") offers=" + shellQuoted(verbsOf(verb.noun)) + " ;;\n";
    }
    return text;
}

/// Options that take one of a few words, with these words.
std::map<std::string, std::string> choices() {
    std::map<std::string, std::string> found;
    for (const Verb& verb : verbs()) {
        forEachOption(verb, [&](const Option& option) {
            if (option.kind == ValueKind::Choice)
                found.emplace("--" + std::string(option.name), spaced(option.valueName));
        });
    }
    return found;
}

/// Shell cases for what may follow an option: its choices, or nothing that we know (then: file names).
std::string posixValueCases() {
    std::string text;
    for (const auto& [option, words] : choices())
        text += "        " + option + ") values=" + shellQuoted(words) + " ;;\n";
    return text;
}

std::string bashScript() {
    return "# bash completion for hbr, printed by 'hbr completion bash'\n"
           "_hbr() {\n"
           "    local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n"
           "    local command= options= offers= values= word\n"
           "    for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
           "        case $word in -*) ;; *) command=\"${command:+$command }$word\" ;; esac\n"
           "    done\n"
           "    case $before in\n" +
           posixValueCases() +
           "    esac\n"
           "    if [[ -n $values ]]; then COMPREPLY=($(compgen -W \"$values\" -- \"$current\")); return; fi\n"
           "    # The longest beginning of the line that names a command decides.\n"
           "    while [[ -n $command && -z $options$offers ]]; do\n"
           "        case $command in\n" +
           posixCases() +
           "        esac\n"
           "        [[ $command == *' '* ]] && command=${command% *} || command=\n"
           "    done\n"
           "    [[ -z $options$offers ]] && offers=" +
           shellQuoted(joined(firstWords())) +
           "\n"
           "    if [[ $current == -* ]]; then offers=$options; fi\n"
           "    COMPREPLY=($(compgen -W \"$offers\" -- \"$current\"))\n"
           "    if [[ $current != -* && ( -z $offers || $offers == latest ) ]]; then\n"
           "        COMPREPLY+=($(compgen -f -- \"$current\"))\n"
           "    fi\n"
           "}\n"
           "complete -o filenames -F _hbr hbr\n";
}

std::string zshScript() {
    // Not to be called "words" here: that is zsh's own name for the line.
    return "#compdef hbr\n"
           "# zsh completion for hbr, printed by 'hbr completion zsh'\n"
           "_hbr() {\n"
           "    local command= options= offers= values= word before=\n"
           "    for word in \"${(@)words[2,CURRENT-1]}\"; do\n"
           "        before=$word\n"
           "        case $word in -*) ;; *) command=\"${command:+$command }$word\" ;; esac\n"
           "    done\n"
           "    local current=$PREFIX\n"
           "    case $before in\n" +
           posixValueCases() +
           "    esac\n"
           "    if [[ -n $values ]]; then compadd -- ${=values}; return; fi\n"
           "    while [[ -n $command && -z $options$offers ]]; do\n"
           "        case $command in\n" +
           posixCases() +
           "        esac\n"
           "        [[ $command == *' '* ]] && command=${command% *} || command=\n"
           "    done\n"
           "    [[ -z $options$offers ]] && offers=" +
           shellQuoted(joined(firstWords())) +
           "\n"
           "    if [[ $current == -* ]]; then compadd -- ${=options}; return; fi\n"
           "    [[ -n $offers ]] && compadd -- ${=offers}\n"
           "    [[ -z $offers || $offers == latest ]] && _files\n"
           "}\n"
           "# Loaded from a folder of $fpath, this file is the function; read by 'source', it names it.\n"
           "if [[ ${funcstack[1]} == _hbr ]]; then _hbr \"$@\"; else compdef _hbr hbr; fi\n";
}

std::string fishOption(const std::string& condition, const Option& option) {
    std::string line = "complete -c hbr -n " + fishQuoted(condition) + " -l " + std::string(option.name);
    if (option.letter != 0) line += std::string(" -s ") + option.letter;
    if (option.kind == ValueKind::Choice) line += " -x -a " + fishQuoted(spaced(option.valueName));
    if (option.kind == ValueKind::Path || option.kind == ValueKind::Folder) line += " -r -F";
    if (option.kind != ValueKind::None && option.kind != ValueKind::Choice &&
        option.kind != ValueKind::Path && option.kind != ValueKind::Folder) {
        line += " -x";
    }
    return line + " -d " + fishQuoted(option.help) + '\n';
}

std::string fishScript() {
    std::string text =
        "# fish completion for hbr, printed by 'hbr completion fish'\n"
        "complete -c hbr -f\n";
    for (const std::string& word : firstWords()) {
        std::string help;
        for (const Verb& verb : verbs()) {
            if (verb.noun.empty() && verb.name == word) help = verb.summary;
        }
        text += "complete -c hbr -n __fish_use_subcommand -a " + word;
        text += help.empty() ? "\n" : " -d " + fishQuoted(help) + '\n';
    }
    for (const Verb& verb : verbs()) {
        std::string condition =
            "__fish_seen_subcommand_from " + std::string(verb.noun.empty() ? verb.name : verb.noun);
        if (!verb.noun.empty()) {
            text += "complete -c hbr -n " +
                    fishQuoted(condition + "; and not __fish_seen_subcommand_from " + verbsOf(verb.noun)) +
                    " -a " + std::string(verb.name) + " -d " + fishQuoted(verb.summary) + '\n';
            condition += "; and __fish_seen_subcommand_from " + std::string(verb.name);
        }
        for (const Operand& operand : verb.operands) {
            if (operand.kind == ValueKind::Choice) {
                text += "complete -c hbr -n " + fishQuoted(condition) + " -a " +
                        fishQuoted(spaced(operand.name)) + '\n';
            }
            if (operand.kind == ValueKind::Point)
                text += "complete -c hbr -n " + fishQuoted(condition) + " -a latest\n";
            if (operand.kind == ValueKind::Path || operand.kind == ValueKind::Folder) {
                text += "complete -c hbr -n " + fishQuoted(condition) + " -F\n";
            }
        }
        forEachOption(verb, [&](const Option& option) { text += fishOption(condition, option); });
    }
    return text;
}

std::string powershellScript() {
    std::string text =
        "# PowerShell completion for hbr, printed by 'hbr completion powershell'\n"
        "Register-ArgumentCompleter -Native -CommandName hbr, hbr.exe -ScriptBlock {\n"
        "    param($wordToComplete, $commandAst, $cursorPosition)\n"
        "    $table = @{\n";
    text += "        '' = " + powershellQuoted(joined(firstWords())) + "\n";
    std::set<std::string> nouns;
    for (const Verb& verb : verbs()) {
        if (!verb.noun.empty() && nouns.emplace(verb.noun).second) {
            text += "        " + powershellQuoted(verb.noun) + " = " + powershellQuoted(verbsOf(verb.noun)) +
                    "\n";
        }
        std::string words = optionsOf(verb);
        for (const Operand& operand : verb.operands) {
            if (operand.kind == ValueKind::Choice) words += ' ' + spaced(operand.name);
            if (operand.kind == ValueKind::Point) words += " latest";
        }
        text += "        " + powershellQuoted(verb.fullName()) + " = " + powershellQuoted(words) + "\n";
    }
    for (const auto& [option, words] : choices())
        text += "        " + powershellQuoted(option) + " = " + powershellQuoted(words) + "\n";
    return text +
           "    }\n"
           "    $all = @($commandAst.CommandElements | Select-Object -Skip 1 | ForEach-Object { "
           "$_.ToString() })\n"
           "    if ($wordToComplete -ne '' -and $all.Count -gt 0) { $all = @($all | Select-Object -SkipLast "
           "1) }\n"
           "    $before = if ($all.Count -gt 0) { $all[-1] } else { '' }\n"
           "    $words = @($all | Where-Object { $_ -notlike '-*' })\n"
           "    for ($count = $words.Count; $count -ge 0; $count--) {\n"
           "        $command = ($words | Select-Object -First $count) -join ' '\n"
           "        if ($table.ContainsKey($command)) { break }\n"
           "    }\n"
           "    if ($before -like '--*' -and $table.ContainsKey($before)) { $command = $before }\n"
           "    $table[$command] -split ' ' | Where-Object { $_ -like \"$wordToComplete*\" } |\n"
           "        ForEach-Object { [System.Management.Automation.CompletionResult]::new($_) }\n"
           "}\n";
}

}  // namespace

std::string completionScript(std::string_view shell) {
    if (shell == "zsh") return zshScript();
    if (shell == "fish") return fishScript();
    return shell == "powershell" ? powershellScript() : bashScript();
}

}  // namespace app
