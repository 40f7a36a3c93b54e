// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.pattern;

import io.tandem.node.observe.admin.Command;
import io.tandem.node.observe.admin.Level;
import io.tandem.node.rules.sample.Casts;
import io.tandem.node.rules.sample.Sample;
import io.tandem.node.rules.sample.SampleError;
import io.tandem.node.rules.sample.SampleType;
import io.tandem.node.rules.sample.Scratch;
import io.tandem.node.rules.sample.Text;
import io.tandem.node.setup.NodeRuntime;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * ACLs and maps on the admin socket (HAProxy management guide 9.3), the replies HAProxy's to the letter. Runs on the admin
 * socket's thread.
 *
 * <p>What differs: {@code entry_cnt} is right after deletions, where HAProxy's goes astray; {@code set map} with a value that
 * its converters cannot read says so, where HAProxy says nothing and changes nothing; level {@code user} changes nothing, as
 * the manual has it and HAProxy does not; and the numbers that name entries are no addresses in memory.
 */
public final class PatternCommands {
    private static final int SCRATCH_SIZE = 16384;

    /** Which family of commands: they differ in the words of their answers and in what they list. */
    private enum Family {
        ACL("acl", "ACL", PatternReference::usedByAcl),
        MAP("map", "map", PatternReference::withValues);

        private final String word;
        private final String wording;

        @SuppressWarnings("ImmutableEnumChecker") // a method
        private final Predicate<PatternReference> lists;

        Family(String word, String wording, Predicate<PatternReference> lists) {
            this.word = word;
            this.wording = wording;
            this.lists = lists;
        }
    }

    private final NodeRuntime node;
    private final Family family;

    private PatternCommands(NodeRuntime node, Family family) {
        this.node = node;
        this.family = family;
    }

    /** The commands of both families. */
    public static List<Command> of(NodeRuntime node) {
        PatternCommands acl = new PatternCommands(node, Family.ACL);
        PatternCommands map = new PatternCommands(node, Family.MAP);
        return List.of(
                command("add acl", "[@<ver>] <acl> <pattern>", "add an acl entry", acl::addPattern),
                command(
                        "add map",
                        "[@<ver>] <map> <key> <val>",
                        "add a map entry (payload supported instead of key/val)",
                        map::addPair),
                command("clear acl", "[@<ver>] <acl>", "clear the contents of this acl", acl::clear),
                command("clear map", "[@<ver>] <map>", "clear the contents of this map", map::clear),
                command("commit acl", "@<ver> <acl>", "commit the ACL at this version", acl::commit),
                command("commit map", "@<ver> <map>", "commit the map at this version", map::commit),
                command("del acl", "<acl> [<key>|#<ref>]", "delete acl entries matching <key>", acl::delete),
                command("del map", "<map> [<key>|#<ref>]", "delete map entries matching <key>", map::delete),
                command("get acl", "<acl> <value>", "report the patterns matching a sample for an ACL", acl::get),
                command("get map", "<acl> <value>", "report the keys and values matching a sample for a map", map::get),
                command("prepare acl", "<acl>", "prepare a new version for atomic ACL replacement", acl::prepare),
                command("prepare map", "<acl>", "prepare a new version for atomic map replacement", map::prepare),
                command("set map", "<map> [<key>|#<ref>] <value>", "modify a map entry", map::set),
                command("show acl", "[@<ver>] <acl>]", "report available acls or dump an acl's contents", acl::show),
                command("show map", "[@ver] [map]", "report available maps or dump a map's contents", map::show));
    }

    private static Command command(
            String name, String arguments, String doc, BiConsumer<Command.Arguments, StringBuilder> action) {
        Level level = name.startsWith("show") || name.startsWith("get") ? Level.USER : Level.OPERATOR;
        return new Command(name, name + " " + arguments, doc, level, action::accept);
    }

    private PatternStore store() {
        return node.configuration().drafts().global().facet(PatternStore.KEY);
    }

    /** The words behind {@code @version}, if that comes first. */
    private static Command.Arguments behindVersion(Command.Arguments arguments) {
        return arguments.word(0).startsWith("@")
                ? new Command.Arguments(arguments.words().subList(1, arguments.size()), arguments.payload())
                : arguments;
    }

    /** The version that comes first, or null; what begins with no number is version 0, as in HAProxy. */
    private static @Nullable Integer version(Command.Arguments arguments) {
        String word = arguments.word(0);
        if (!word.startsWith("@")) {
            return null;
        }
        int end = 1;
        while (end < word.length() && end < 11 && Character.isDigit(word.charAt(end))) {
            end++;
        }
        return end == 1 ? 0 : (int) Long.parseLong(word.substring(1, end));
    }

    private void unknown(StringBuilder answer, Family said) {
        answer.append("Unknown ").append(said.wording).append(" identifier. Please use #<id> or <file>.\n");
    }

    /** The reference of that name if this family lists it; else the answer says that there is none. */
    private @Nullable PatternReference listed(String name, Family said, StringBuilder answer) {
        PatternReference reference = store().find(name);
        if (reference == null || !family.lists.test(reference)) {
            unknown(answer, said);
            return null;
        }
        return reference;
    }

    private @Nullable PatternReference any(String name, StringBuilder answer) {
        PatternReference reference = store().find(name);
        if (reference == null) {
            unknown(answer, family);
        }
        return reference;
    }

    private void show(Command.Arguments arguments, StringBuilder answer) {
        if (arguments.size() == 0) {
            list(answer);
            return;
        }
        PatternReference reference = listed(behindVersion(arguments).word(0), family, answer);
        if (reference == null) {
            return;
        }
        Integer version = version(arguments);
        reference
                .entries(version == null ? reference.current().version() : version)
                .forEach(entry -> {
                    answer.append("0x").append(Long.toHexString(reference.entryName(entry)));
                    answer.append(' ').append(entry.text());
                    byte[] mapped = entry.mapped();
                    if (mapped != null) {
                        answer.append(' ').append(Text.string(mapped, 0, mapped.length));
                    }
                    answer.append('\n');
                });
    }

    private void list(StringBuilder answer) {
        answer.append("# id (file) description\n");
        for (PatternReference reference : store().all()) {
            if (family.lists.test(reference)) {
                String file = reference.file();
                answer.append(Integer.toUnsignedString(reference.id()))
                        .append(" (")
                        .append(file == null ? "" : file)
                        .append(") ")
                        .append(reference.description())
                        .append(". curr_ver=")
                        .append(Integer.toUnsignedString(reference.current().version()))
                        .append(" next_ver=")
                        .append(Integer.toUnsignedString(reference.newestVersion()))
                        .append(" entry_cnt=")
                        .append(reference.count())
                        .append('\n');
            }
        }
    }

    private void get(Command.Arguments arguments, StringBuilder answer) {
        if (arguments.size() < 2) {
            answer.append("Missing ").append(family.wording).append(" identifier and/or key.\n");
            return;
        }
        PatternReference reference = any(arguments.word(0), answer);
        if (reference == null) {
            return;
        }
        byte[] bytes = Text.bytes(arguments.word(1));
        for (PatternSet set : reference.sets()) {
            PatternKind kind = set.kind();
            Scratch scratch = new Scratch(SCRATCH_SIZE);
            Sample value = scratch.value;
            value.text(bytes);
            PatternEntry found = Casts.cast(kind.method().wants(), scratch, value) ? set.find(scratch, value) : null;
            answer.append("type=").append(kind.method().word());
            answer.append(", case=").append(kind.fold() ? "insensitive" : "sensitive");
            answer.append(family == Family.MAP ? ", found=" : ", match=").append(found == null ? "no" : "yes");
            if (found != null) {
                answer.append(", idx=").append(set.isInTree(found) ? "tree" : "list");
                answer.append(family == Family.MAP ? ", key=\"" : ", pattern=\"");
                answer.append(found.text()).append('"');
                if (family == Family.MAP) {
                    appendValue(found, kind.output(), answer);
                }
            }
            answer.append('\n');
        }
    }

    private static void appendValue(PatternEntry entry, PatternOutput output, StringBuilder answer) {
        Scratch scratch = new Scratch(SCRATCH_SIZE);
        Sample sample = scratch.value;
        if (output == PatternOutput.NONE || !entry.into(sample, output)) {
            answer.append(", value=none");
            return;
        }
        String type =
                switch (sample.type) {
                    case INTEGER -> "sint";
                    case IPV4 -> "ipv4";
                    case IPV6 -> "ipv6";
                    default -> "str";
                };
        answer.append(", value=");
        if (Casts.cast(SampleType.STRING, scratch, sample)) {
            answer.append('"')
                    .append(Text.string(sample.bytes, sample.start, sample.end))
                    .append('"');
        } else {
            answer.append("cannot-display");
        }
        answer.append(", type=\"").append(type).append('"');
    }

    private void addPattern(Command.Arguments arguments, StringBuilder answer) {
        Command.Arguments words = behindVersion(arguments);
        if (words.size() < 2) {
            answer.append("'add acl' expects two parameters: ACL identifier and pattern.\n");
            return;
        }
        PatternReference reference = any(words.word(0), answer);
        if (reference == null) {
            return;
        }
        if (reference.withValues()) {
            answer.append("This ACL is shared with a map containing samples. You must use the command 'add map' to add"
                    + " values.\n");
            return;
        }
        add(reference, version(arguments), words.word(1), null, answer);
    }

    private void addPair(Command.Arguments arguments, StringBuilder answer) {
        Command.Arguments words = behindVersion(arguments);
        boolean payload = !words.payload().isEmpty();
        if (payload ? words.size() != 1 : words.size() < 3) {
            answer.append("'add map' expects three parameters (map identifier, key and value) or one parameter (map"
                    + " identifier) and a payload\n");
            return;
        }
        PatternReference reference = any(words.word(0), answer);
        if (reference == null) {
            return;
        }
        if (!payload) {
            add(reference, version(arguments), words.word(1), words.word(2), answer);
            return;
        }
        for (String line : words.payload().split("\n", -1)) {
            if (!line.isEmpty() && !addLine(reference, version(arguments), line, answer)) {
                return;
            }
        }
    }

    /** A line of a payload: the key ends at the first blank, the value begins at the next that is none. */
    private boolean addLine(PatternReference reference, @Nullable Integer version, String line, StringBuilder answer) {
        int keyEnd = 0;
        while (keyEnd < line.length() && !isBlank(line.charAt(keyEnd))) {
            keyEnd++;
        }
        int value = keyEnd;
        while (value < line.length() && isBlank(line.charAt(value))) {
            value++;
        }
        if (value == line.length()) {
            answer.append("Missing value for key '").append(line, 0, keyEnd).append("'.\n");
            return false;
        }
        return add(reference, version, line.substring(0, keyEnd), line.substring(value), answer);
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }

    private boolean add(
            PatternReference reference,
            @Nullable Integer version,
            String key,
            @Nullable String value,
            StringBuilder answer) {
        if (version != null && !reference.isPrepared(version)) {
            answer.append("Version number in the future, please use 'prepare ")
                    .append(family.word)
                    .append("' before.\n");
            return false;
        }
        try {
            if (version == null) {
                reference.add(key, value);
            } else {
                reference.add(version, key, value);
            }
            return true;
        } catch (SampleError error) {
            answer.append(error.text()).append(".\n");
            return false;
        }
    }

    /** A name such as {@code #0x100000002}, or -1. */
    private static long entryName(String word) {
        String digits = word.startsWith("#0x") ? word.substring(3) : word.substring(1);
        try {
            return Long.parseUnsignedLong(digits, 16);
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    private void set(Command.Arguments arguments, StringBuilder answer) {
        if (arguments.size() < 3) {
            answer.append("'set map' expects three parameters: map identifier, key and value.\n");
            return;
        }
        PatternReference reference = any(arguments.word(0), answer);
        if (reference == null) {
            return;
        }
        String key = arguments.word(1);
        String value = arguments.word(2);
        try {
            if (key.startsWith("#")) {
                if (!reference.set(entryName(key), value)) {
                    answer.append("key or pattern not found.\n");
                }
            } else if (!reference.set(key, value)) {
                answer.append("entry not found.\n");
            }
        } catch (SampleError error) {
            answer.append(error.text()).append(".\n");
        }
    }

    private void delete(Command.Arguments arguments, StringBuilder answer) {
        if (arguments.size() < 2) {
            answer.append("This command expects two parameters: ")
                    .append(family.wording)
                    .append(" identifier and key.\n");
            return;
        }
        PatternReference reference = listed(arguments.word(0), Family.MAP, answer); // HAProxy says map for both
        if (reference == null) {
            return;
        }
        String key = arguments.word(1);
        if (!(key.startsWith("#") ? reference.delete(entryName(key)) : reference.delete(key))) {
            answer.append("Key not found.\n");
        }
    }

    private void clear(Command.Arguments arguments, StringBuilder answer) {
        Command.Arguments words = behindVersion(arguments);
        if (words.size() == 0) {
            answer.append("Missing ").append(family.wording).append(" identifier.\n");
            return;
        }
        PatternReference reference = listed(words.word(0), family, answer);
        if (reference != null) {
            Integer version = version(arguments);
            reference.clear(version == null ? reference.current().version() : version);
        }
    }

    private void prepare(Command.Arguments arguments, StringBuilder answer) {
        PatternReference reference = listed(arguments.word(0), family, answer);
        if (reference != null) {
            answer.append("New version created: ")
                    .append(Integer.toUnsignedString(reference.prepare()))
                    .append('\n');
        }
    }

    private void commit(Command.Arguments arguments, StringBuilder answer) {
        Integer version = version(arguments);
        if (version == null) {
            answer.append("Missing version number.\n");
            return;
        }
        if (arguments.size() < 2) {
            answer.append("Missing ").append(family.wording).append(" identifier.\n");
            return;
        }
        PatternReference reference = listed(arguments.word(1), family, answer);
        if (reference != null && !reference.commit(version)) {
            answer.append("Version number out of range.\n");
        }
    }
}
