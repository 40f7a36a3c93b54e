// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.haproxy;

import static io.tandem.config.haproxy.Address.Family.ANY;
import static io.tandem.config.haproxy.Address.Family.IPV4;
import static io.tandem.config.haproxy.Address.Family.IPV6;
import static io.tandem.config.haproxy.Address.PortKind.FIXED;
import static io.tandem.config.haproxy.Address.PortKind.NONE;
import static io.tandem.config.haproxy.Address.PortKind.OFFSET;
import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.config.text.IpLiteral;
import java.util.Map;
import java.util.Objects;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressSyntaxTest {
    private final Environment environment = new Environment(Map.of("PORT", "80", "HOST", "10.0.0.1"));
    private final AddressSyntax bind = AddressSyntax.listening(environment);
    private final AddressSyntax server = AddressSyntax.connecting(environment);

    private Address bound(String word) {
        AddressSyntax.Result result = bind.parse(word);
        assertThat(result.error()).isNull();
        return Objects.requireNonNull(result.address());
    }

    @Test
    void readsInternetAddresses() {
        assertThat(bound(":80")).isEqualTo(new Address.Inet(ANY, "", false, FIXED, 80, 80));
        assertThat(bound("*:80")).isEqualTo(new Address.Inet(ANY, "", false, FIXED, 80, 80));
        assertThat(bound("ipv6@*:80")).isEqualTo(new Address.Inet(IPV6, "", false, FIXED, 80, 80));
        assertThat(bound("1.2.3.4:80-89")).isEqualTo(new Address.Inet(IPV4, "1.2.3.4", true, FIXED, 80, 89));
        assertThat(bound("[::]:80")).isEqualTo(new Address.Inet(IPV6, "::", true, FIXED, 80, 80));
        assertThat(bound(":::80")).isEqualTo(new Address.Inet(IPV6, "::", true, FIXED, 80, 80));
        assertThat(bound("::1:80")).isEqualTo(new Address.Inet(IPV6, "::1", true, FIXED, 80, 80));
        assertThat(bound("[fe80::1%lo]:80")).isEqualTo(new Address.Inet(IPV6, "fe80::1%lo", true, FIXED, 80, 80));
        assertThat(bound("localhost:80")).isEqualTo(new Address.Inet(ANY, "localhost", false, FIXED, 80, 80));
        assertThat(bound("1.2.3:80")).isEqualTo(new Address.Inet(IPV4, "1.2.3", true, FIXED, 80, 80));
    }

    @Test
    void readsOtherFamilies() {
        assertThat(bound("/run/a.sock")).isEqualTo(new Address.UnixPath("/run/a.sock"));
        assertThat(bound("unix@run/a")).isEqualTo(new Address.UnixPath("run/a"));
        assertThat(bound("abns@x")).isEqualTo(new Address.Abstract("x"));
        assertThat(bound("fd@3")).isEqualTo(new Address.Descriptor(3));
        assertThat(bound("sockpair@7")).isEqualTo(new Address.SocketPair(7));
    }

    @Test
    void expandsVariablesWithoutQuotes() {
        assertThat(bound("$HOST:${PORT}1")).isEqualTo(new Address.Inet(IPV4, "10.0.0.1", true, FIXED, 801, 801));
        assertThat(bound("unix@/run/$PORT/${PORT}")).isEqualTo(new Address.UnixPath("/run/80/80"));
    }

    @Test
    void aServerMayKeepOrShiftThePort() {
        assertThat(server.parse("10.0.0.1").address()).isEqualTo(new Address.Inet(IPV4, "10.0.0.1", true, NONE, 0, 0));
        assertThat(server.parse("10.0.0.1:0").address())
                .isEqualTo(new Address.Inet(IPV4, "10.0.0.1", true, NONE, 0, 0));
        assertThat(server.parse("10.0.0.1:+1000").address())
                .isEqualTo(new Address.Inet(IPV4, "10.0.0.1", true, OFFSET, 1000, 0));
        assertThat(server.parse("10.0.0.1:-5").address())
                .isEqualTo(new Address.Inet(IPV4, "10.0.0.1", true, OFFSET, -5, 0));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1.2.3.4|missing port specification in '1.2.3.4'",
                "127.0.0.1:|missing port specification in '127.0.0.1:'",
                "127.0.0.1:$NOPE|missing port specification in '127.0.0.1:$NOPE'",
                "$NOPE|'$NOPE' resolves to an empty address (environment variable missing?)",
                "1.2.3.4:0|invalid port '0'",
                "1.2.3.4:65536|invalid port '65536'",
                "1.2.3.4:89-80|invalid port range '89-80'",
                "1.2.3.4:80-|invalid port ''",
                "1.2.3.4:a|invalid character 'a' in port number 'a' in '1.2.3.4:a'",
                "1.2.3.4:+80|port offset not permitted here in '1.2.3.4:+80'",
                "ipv6@1.2.3.4:80|invalid address: '1.2.3.4' in 'ipv6@1.2.3.4:80'",
                "ipv4@::1:80|invalid address: '::1' in 'ipv4@::1:80'",
                "[::1:80|invalid address: '[::1' in '[::1:80'",
                "foo@:80|invalid address: 'foo@' in 'foo@:80'",
                "fd@x|file descriptor 'x' is not a valid integer in 'fd@x'",
                "udp@:53|dgram-type address not acceptable in 'udp@:53'",
            })
    void refusesInHaproxysWords(String word, String error) {
        assertThat(bind.parse(word).error()).isEqualTo(error);
    }

    @Test
    void refusesDescriptorsAndRangesForServers() {
        assertThat(server.parse("fd@3").error()).isEqualTo("a file descriptor is not acceptable here in 'fd@3'");
        assertThat(server.parse("1.1.1.1:80-89").error()).isEqualTo("port range not permitted here in '1.1.1.1:80-89'");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {":80|1", ":80,:81|2", ":80,|1", ":80,,:81|3", "unix@/a,:80,[::1]:81|3"})
    void splitsListsAtCommas(String word, int count) {
        assertThat(bind.parseList(word)).hasSize(count);
    }

    @ParameterizedTest
    @ValueSource(strings = {"::", "::1", "1::", "1:2:3:4:5:6:7:8", "::ffff:1.2.3.4", "0.0.0.0", "1", "1.2"})
    void knowsLiterals(String text) {
        assertThat(IpLiteral.parseLoosely(text)).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":",
                ":::",
                "1::2::3",
                "1:2:3:4:5:6:7",
                "1:2:3:4:5:6:7:8:9",
                "::1.2.3",
                "256.1.1.1",
                "1.2.3.4.5",
                "a",
                "::g"
            })
    void knowsWhatIsNoLiteral(String text) {
        assertThat(IpLiteral.parseLoosely(text)).isNull();
    }

    @Property
    void anyWordGetsAnAnswer(@ForAll String word) {
        for (AddressSyntax.Result result : bind.parseList(word)) {
            assertThat(result.address() == null).isEqualTo(result.error() != null);
        }
        assertThat(server.parse(word)).isNotNull();
    }
}
