// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential.log;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Everything that a format may hold, as fields of one line: variables and expressions, each with every combination of flags. */
final class LogFields {
    /** Stands between two fields; in no value. */
    private static final String BORDER = "^";

    static final List<String> COMMON =
            words("B U H ID ST T Tl t Ts ms Tc Td Th Tt Tu Tw ac fc bc sc rc sq bq b s f ft bi bp ci cp"
                    + " fi fp si sp lc rt pid sslc sslv ts hr hrl hs hsl");

    static final List<String> HTTP = words("CC CS HM HP HPO HQ HU HV tr trg trl Ta Ti Tq TR Tr r tsc");

    /** Dates and numbers of this run, as long as others. */
    private static final Set<String> SHAPED = Set.copyOf(words("T Tl t Ts tr trg trl bp cp fp sp"));

    /** HAProxy counts those who ask its admin socket, too. */
    private static final Set<String> COUNTED = Set.of("ID", "rt");

    /** Numbers of this run, of any length; one that there is not is -1 or a hyphen. */
    private static final Set<String> MEASURED = Set.copyOf(words("ms Tc Td Th Tt Tu Tw Ta Ti Tq TR Tr pid"));

    /** Addresses, where {@code +X} ends a line of haproxy's on unix sockets. */
    private static final Set<String> ADDRESSES = Set.copyOf(words("bi ci fi si"));

    private static final List<String> FLAGS =
            words("- {+Q} {+X} {+E} {+M} {-M} {-Q} {+Q,+X} {+Q,+E} {+X,+E} {+Q,+X,+E} {+Q,-M}"
                    + " {-M,+X} {Q} {+q} {+Z} {-X,-E} {+QX} {+Q,X}"
                    + " {+X-Q} {X+Q} {+,Q} {++Q} {+Q,} {+Q-} {+Q+E} {+Q,+Q}");

    private static final List<String> EXPRESSIONS = List.of(
            "[src]",
            "[src,ipmask(8)]",
            "[dst_port,add(0),mul(0)]",
            "[var(txn.absent)]",
            "[int(255)]",
            "[int(-1)]",
            "[int(4294967296)]",
            "[bool(true)]",
            "[str(plain)]",
            "[str('a]b\\\\c')]",
            "[str()]",
            "[bin(ff41)]",
            "[ipv4(192.0.2.1)]",
            "[ipv6(2001:db8::1)]",
            "[be_name]",
            "[fe_id]",
            "[nbsrv(be)]");

    private static final List<String> HTTP_EXPRESSIONS = List.of(
            "[capture.req.hdr(0)]",
            "[capture.req.hdr(0),lower]",
            "[capture.req.hdr(1)]",
            "[capture.req.uri,field(2,?)]",
            "[capture.req.method]",
            "[var(txn.set)]");

    private final List<String> all = new ArrayList<>();

    /** @param unix whether addresses are unix sockets */
    LogFields(boolean http, boolean unix) {
        for (String flags : FLAGS) {
            String written = flags.equals("-") ? "" : flags;
            for (String name : http ? joined(COMMON, HTTP) : COMMON) {
                if (!unix || !written.contains("X") || !ADDRESSES.contains(name)) {
                    all.add("%" + written + name);
                }
            }
            for (String expression : http ? joined(EXPRESSIONS, HTTP_EXPRESSIONS) : EXPRESSIONS) {
                all.add("%" + written + expression);
            }
        }
    }

    private static List<String> words(String text) {
        return List.of(text.split(" ", -1));
    }

    private static List<String> joined(List<String> some, List<String> more) {
        List<String> joined = new ArrayList<>(some);
        joined.addAll(more);
        return joined;
    }

    int count() {
        return all.size();
    }

    /** As a configuration has it between double quotes. */
    String format() {
        StringBuilder text = new StringBuilder(BORDER);
        all.forEach(field ->
                text.append(field.replace("\\", "\\\\").replace("\"", "\\\"")).append(BORDER));
        return text.toString();
    }

    /** The values by field, without what differs from one run to the next; a line that is too short lacks the last ones. */
    Map<String, String> values(String line) {
        List<String> found =
                Arrays.asList(line.substring(line.indexOf(BORDER) + 1).split(Pattern.quote(BORDER), -1));
        Map<String, String> values = new TreeMap<>();
        for (int i = 0; i < Math.min(all.size(), found.size()); i++) {
            values.put(all.get(i), shape(all.get(i), found.get(i)));
        }
        return values;
    }

    private static String shape(String field, String value) {
        String name = field.replaceFirst("%(\\{[^}]*\\})?", "");
        if (SHAPED.contains(name)) {
            return value.replaceAll("[A-Z][a-z]{2}", "Mon").replaceAll("[0-9A-F]", "N");
        }
        if (COUNTED.contains(name)) {
            return value.replaceAll("[0-9A-F]{4}|[0-9]+", "N");
        }
        boolean none = value.equals("-1") || value.equals("-") || value.isEmpty();
        return MEASURED.contains(name) && !none ? value.replaceAll("[0-9A-F]+", "N") : value;
    }
}
