// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.pattern;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.rules.sample.Addresses;
import io.tandem.node.rules.sample.Casts;
import io.tandem.node.rules.sample.Sample;
import io.tandem.node.rules.sample.Scratch;
import io.tandem.node.rules.sample.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;

/** Every index against trying each pattern in turn, while patterns come and go. */
class PatternIndexTest {
    /** Adds a pattern, or removes the one in the place {@code remove} of those that are there. */
    record Step(String pattern, int remove) {}

    @Property(tries = 400)
    void textsAreFoundAsByTryingEach(
            @ForAll("methods") MatchMethod method,
            @ForAll boolean fold,
            @ForAll("textSteps") List<Step> steps,
            @ForAll("texts") List<String> values) {
        compare(new PatternKind(method, fold, false, PatternOutput.NONE), steps, values);
    }

    @Property(tries = 300)
    void numbersAreFoundAsByTryingEach(
            @ForAll("numberSteps") List<Step> steps, @ForAll("numbers") List<String> values) {
        compare(new PatternKind(MatchMethod.INT, false, false, PatternOutput.NONE), steps, values);
    }

    @Property(tries = 400)
    void networksAreFoundAsByTryingEach(
            @ForAll("networkSteps") List<Step> steps, @ForAll("addresses") List<String> values) {
        compare(new PatternKind(MatchMethod.IP, false, false, PatternOutput.NONE), steps, values);
    }

    private static void compare(PatternKind kind, List<Step> steps, List<String> values) {
        PatternIndex index = PatternIndex.empty(kind);
        List<PatternEntry> present = new ArrayList<>();
        long order = 0;
        for (Step step : steps) {
            if (step.remove() < present.size()) {
                index = index.without(present.remove(step.remove()));
            } else {
                PatternEntry entry = new PatternEntry(order++, step.pattern(), 0, null);
                index = index.with(entry, false);
                present.add(entry);
            }
        }
        for (String value : values) {
            Scratch scratch = new Scratch(16384);
            Sample sample = scratch.value;
            sample.text(Text.bytes("<" + value + ">"));
            sample.start++;
            sample.end--;
            assertThat(Casts.cast(kind.method().wants(), scratch, sample)).isTrue();
            PatternEntry found = index.find(scratch, sample);
            assertThat(found == null ? null : found.order())
                    .as(() -> kind + " of '" + value + "' among "
                            + present.stream().map(PatternEntry::text).toList())
                    .isEqualTo(byTryingEach(kind, present, value)
                            .map(PatternEntry::order)
                            .orElse(null));
        }
    }

    private static Optional<PatternEntry> byTryingEach(PatternKind kind, List<PatternEntry> present, String value) {
        @Nullable PatternEntry best = null;
        int longest = -1;
        for (PatternEntry entry : present) {
            int length = match(kind, entry.text(), value);
            if (length > longest) {
                longest = length;
                best = entry;
            }
        }
        return Optional.ofNullable(best);
    }

    /** How well the pattern matches: below 0 not at all, more for those that win over older ones. */
    private static int match(PatternKind kind, String pattern, String value) {
        String p = kind.fold() ? pattern.toLowerCase(Locale.ROOT) : pattern;
        String v = kind.fold() ? value.toLowerCase(Locale.ROOT) : value;
        return switch (kind.method()) {
            case STR -> v.equals(p) ? 0 : -1;
            case BEG -> v.startsWith(p) ? (kind.fold() ? 0 : p.length()) : -1;
            case END -> v.endsWith(p) ? 0 : -1;
            case SUB -> v.contains(p) ? 0 : -1;
            case DIR -> word(v, Delimiters.PATH, p);
            case DOM -> word(v, Delimiters.DOMAIN, p);
            case INT -> NumberPattern.parse(pattern, false).contains(Long.parseLong(value)) ? 0 : -1;
            case IP -> network(pattern, value);
            default -> throw new IllegalArgumentException(kind.toString());
        };
    }

    private static int word(String value, Delimiters delimiters, String pattern) {
        String stripped =
                Text.string(delimiters.strip(Text.bytes(pattern)), 0, delimiters.strip(Text.bytes(pattern)).length);
        if (stripped.isEmpty()) {
            return value.isEmpty() || delimiters.contains((byte) value.charAt(value.length() - 1)) ? 0 : -1;
        }
        for (int at = 0; at + stripped.length() <= value.length(); at++) {
            int end = at + stripped.length();
            if (value.startsWith(stripped, at)
                    && (at == 0 || delimiters.contains((byte) value.charAt(at - 1)))
                    && (end == value.length() || delimiters.contains((byte) value.charAt(end)))) {
                return 0;
            }
        }
        return -1;
    }

    /** The length of the prefix; a mask that is none comes last, and one of the other family behind all of the own. */
    private static int network(String pattern, String value) {
        Network network = Network.parse(pattern, false);
        Long ipv4 = Addresses.parseIpv4(value);
        if (ipv4 != null && !network.ipv6()) {
            if (network.length() == Network.NO_PREFIX) {
                return (ipv4 & network.mask()) == network.high() >>> 32 ? 1000 : -1;
            }
            return (ipv4 & Addresses.mask4(network.length())) == network.high() >>> 32 ? 2000 + network.length() : -1;
        }
        if (ipv4 != null) {
            return covers(network, 0, 0xFFFF_0000_0000L | ipv4) ? network.length() : -1;
        }
        byte[] ipv6 = Addresses.parseIpv6(value);
        assertThat(ipv6).isNotNull();
        long high = java.nio.ByteBuffer.wrap(ipv6).getLong(0);
        long low = java.nio.ByteBuffer.wrap(ipv6).getLong(8);
        if (network.ipv6()) {
            return covers(network, high, low) ? 3000 + network.length() : -1;
        }
        String mapped = high == 0 && (low >>> 32 == 0 || low >>> 32 == 0xFFFF)
                ? dotted(low)
                : high >>> 48 == 0x2002 ? dotted(high >>> 16) : "";
        return mapped.isEmpty() ? -1 : network(pattern, mapped);
    }

    private static String dotted(long address) {
        byte[] text = new byte[15];
        return Text.string(text, 0, Addresses.writeIpv4(address & 0xFFFFFFFFL, text, 0));
    }

    private static boolean covers(Network network, long high, long low) {
        byte[] mask = Addresses.mask6(network.length());
        java.nio.ByteBuffer bits = java.nio.ByteBuffer.wrap(mask);
        return (high & bits.getLong(0)) == network.high() && (low & bits.getLong(8)) == network.low();
    }

    // ---- what is tried

    @Provide
    Arbitrary<MatchMethod> methods() {
        return Arbitraries.of(
                MatchMethod.STR, MatchMethod.BEG, MatchMethod.END, MatchMethod.SUB, MatchMethod.DIR, MatchMethod.DOM);
    }

    @Provide
    Arbitrary<List<String>> texts() {
        return text(0, 12).list().ofMinSize(1).ofMaxSize(8);
    }

    private static Arbitrary<String> text(int least, int most) {
        return Arbitraries.strings()
                .withChars('a', 'b', 'A', '/', '.', '?', '\u00e9')
                .ofMinLength(least)
                .ofMaxLength(most);
    }

    @Provide
    Arbitrary<List<Step>> textSteps() {
        return steps(text(0, 6));
    }

    private static Arbitrary<List<Step>> steps(Arbitrary<String> patterns) {
        return Combinators.combine(patterns, Arbitraries.integers().between(0, 30))
                .as(Step::new)
                .list()
                .ofMaxSize(60);
    }

    @Provide
    Arbitrary<List<String>> numbers() {
        return Arbitraries.integers()
                .between(-5, 20)
                .map(String::valueOf)
                .list()
                .ofMinSize(1)
                .ofMaxSize(8);
    }

    @Provide
    Arbitrary<List<Step>> numberSteps() {
        Arbitrary<Integer> number = Arbitraries.integers().between(0, 20);
        return steps(Arbitraries.oneOf(
                number.map(String::valueOf),
                Combinators.combine(number, number).as((a, b) -> Math.min(a, b) + ":" + Math.max(a, b)),
                number.map(n -> n + "-"),
                number.map(n -> ":-" + n)));
    }

    @Provide
    Arbitrary<List<String>> addresses() {
        return Arbitraries.oneOf(ipv4(), ipv6()).list().ofMinSize(1).ofMaxSize(8);
    }

    /** Few different bytes, so that networks overlap. */
    private static Arbitrary<String> ipv4() {
        Arbitrary<Integer> part = Arbitraries.of(0, 1, 10, 127, 128, 255);
        return Combinators.combine(part, part, part, part).as((a, b, c, d) -> a + "." + b + "." + c + "." + d);
    }

    private static Arbitrary<String> ipv6() {
        Arbitrary<String> part = Arbitraries.of("0", "1", "8000", "ffff", "2002", "a01");
        return Arbitraries.oneOf(
                ipv4().map(v4 -> "::ffff:" + v4),
                ipv4().map(v4 -> "::" + v4),
                part.list().ofSize(8).map(parts -> String.join(":", parts)));
    }

    @Provide
    Arbitrary<List<Step>> networkSteps() {
        return steps(Arbitraries.oneOf(
                ipv4(),
                Combinators.combine(ipv4(), Arbitraries.integers().between(0, 32))
                        .as((a, l) -> a + "/" + l),
                Combinators.combine(ipv4(), ipv4()).as((a, m) -> a + "/" + m),
                ipv6(),
                Combinators.combine(ipv6(), Arbitraries.integers().between(0, 128))
                        .as((a, l) -> a + "/" + l)));
    }
}
