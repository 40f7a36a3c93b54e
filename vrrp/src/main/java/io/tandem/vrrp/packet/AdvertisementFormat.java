// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.packet;

import io.tandem.config.model.AddressFamily;
import io.tandem.config.model.AdvertHmac;
import io.tandem.config.model.VirtualAddress;
import io.tandem.config.model.VirtualRouterConfig;
import io.tandem.config.model.VirtualRouterConfig.PeerTtl;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the routers of one virtual router send each other.
 *
 * <pre>
 *  version 2                            version 3
 *   0        1        2        3         0        1        2        3
 *  |2 |type 1| VRID   | prio   | count | |3 |type 1| VRID   | prio   | count |
 *  | auth    | secs   | checksum       | |0 | interval (cs)  | checksum       |
 *  | count IPv4 addresses              | | count IPv4 or IPv6 addresses      |
 *  | 8 bytes of authentication data    |
 *  | 28 bytes of signature, with auth_hmac: {@link HmacTrailer}
 * </pre>
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9568#section-5.2">RFC 9568 §5.2</a>
 */
public final class AdvertisementFormat {
    static final int PROTOCOL = 112;
    static final int TYPE_ADVERTISEMENT = 1;
    static final int HEADER_BYTES = 8;
    static final int AUTH_BYTES = 8;
    static final int AUTH_NONE = 0;
    static final int AUTH_PASS = 1;
    static final int MAX_ADDRESSES = 255;

    final int version;
    final AddressFamily family;
    final int vrid;
    final int intervalCs;
    final byte @Nullable [] password;
    final List<InetAddress> addresses;
    final boolean rfcChecksum;
    final Set<InetAddress> unicastPeers;
    final boolean checkUnicastSource;
    final List<PeerTtl> peerTtls;
    final @Nullable AdvertHmac hmac;

    private AdvertisementFormat(VirtualRouterConfig router) {
        version = router.version();
        family = router.family();
        vrid = router.vrid();
        intervalCs = Math.toIntExact(router.advertInterval().toMillis() / 10);
        password = router.password() == null ? null : padded(router.password());
        addresses = router.addresses().stream().map(VirtualAddress::address).toList();
        rfcChecksum = router.rfcChecksum();
        unicastPeers = Set.copyOf(router.unicastPeers());
        peerTtls = router.admission().peerTtls();
        checkUnicastSource = router.tuning().checkUnicastSource() || !peerTtls.isEmpty();
        hmac = router.admission().hmac();
        check();
    }

    /** @throws IllegalArgumentException where a field does not fit the packet; the configuration parsers prevent that */
    public static AdvertisementFormat of(VirtualRouterConfig router) {
        return new AdvertisementFormat(router);
    }

    /** Length of what {@link AdvertisementEncoder} makes: the VRRP message and its signature. */
    public int lengthBytes() {
        return messageBytes() + (isSigned() ? HmacTrailer.BYTES : 0);
    }

    /** Whether the advertisements sent carry a signature. */
    public boolean isSigned() {
        return hmac != null && hmac.mode() != AdvertHmac.Mode.RECEIVE_ONLY;
    }

    public int version() {
        return version;
    }

    public int vrid() {
        return vrid;
    }

    /** Whether only a TTL or hop limit of 255 is good. */
    public boolean wantsFullTtl() {
        return !isUnicast();
    }

    /** Whether each advertisement carries a password. */
    public boolean hasPassword() {
        return authType() == AUTH_PASS;
    }

    /** Half of the password, as a big-endian number; 0 without one. */
    public int passwordWord(int half) {
        return password == null ? 0 : ByteBuffer.wrap(password).getInt(4 * half);
    }

    /** As version 2 has it on the wire. */
    public int intervalSeconds() {
        return intervalCs / 100;
    }

    /** The authentication field of version 2: 0 none, 1 PASS. */
    public int authType() {
        return version == 2 && password != null ? AUTH_PASS : AUTH_NONE;
    }

    int messageBytes() {
        return HEADER_BYTES + addresses.size() * addressBytes() + (version == 2 ? AUTH_BYTES : 0);
    }

    int addressBytes() {
        return family == AddressFamily.INET ? 4 : 16;
    }

    /** Version 3 over IPv6 always sums the pseudo-header, over IPv4 as configured; version 2 never. */
    boolean sendsPseudoHeader() {
        return version == 3 && (family == AddressFamily.INET6 || !rfcChecksum);
    }

    boolean isUnicast() {
        return !unicastPeers.isEmpty();
    }

    private static byte[] padded(String password) {
        return Arrays.copyOf(password.getBytes(StandardCharsets.UTF_8), AUTH_BYTES);
    }

    private void check() {
        boolean fits = (version == 2 || version == 3)
                && (version == 3 || family == AddressFamily.INET)
                && vrid >= 1
                && vrid <= 255
                && (version == 2
                        ? intervalCs % 100 == 0 && intervalCs >= 100 && intervalCs <= 25_500
                        : intervalCs >= 1 && intervalCs <= 4095)
                && addresses.size() <= MAX_ADDRESSES
                && addresses.stream().allMatch(address -> address.getAddress().length == addressBytes());
        if (!fits) {
            throw new IllegalArgumentException("version=" + version + " family=" + family + " vrid=" + vrid
                    + " intervalCs=" + intervalCs + " addresses=" + addresses);
        }
    }
}
