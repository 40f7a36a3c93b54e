// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.peers.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SealBoxTest {
    private static final byte[] PLAIN = "an entry".getBytes(UTF_8);

    @Test
    void whatOneSealsTheOtherOpensOnce() {
        SealBox a = box("secret of the cluster", "c");
        SealBox b = box("secret of the cluster", "c");
        byte[] sealed = a.seal(PLAIN, 3, 5);

        assertThat(b.open(sealed, 0, sealed.length)).isEqualTo("entry".getBytes(UTF_8));
        assertThat(b.open(sealed, 0, sealed.length)).isEqualTo(SealBox.Failure.REPLAYED);
        assertThat(new String(sealed, UTF_8)).doesNotContain("entry");
    }

    @Test
    void anotherSecretOrAnotherClusterDoesNotOpen() {
        byte[] sealed = box("secret of the cluster", "c").seal(PLAIN, 0, PLAIN.length);

        assertThat(box("another one", "c").open(sealed, 0, sealed.length)).isEqualTo(SealBox.Failure.NOT_AUTHENTIC);
        assertThat(box("secret of the cluster", "d").open(sealed, 0, sealed.length))
                .isEqualTo(SealBox.Failure.NOT_AUTHENTIC);
    }

    @Test
    void anyAlteredBitAndAnyTruncationIsRefused() {
        SealBox a = box("secret of the cluster", "c");
        SealBox b = box("secret of the cluster", "c");
        byte[] sealed = a.seal(PLAIN, 0, PLAIN.length);
        for (int bit = 0; bit < sealed.length * 8; bit++) {
            sealed[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(b.open(sealed, 0, sealed.length)).as("bit %d", bit).isEqualTo(SealBox.Failure.NOT_AUTHENTIC);
            sealed[bit / 8] ^= (byte) (1 << bit % 8);
        }
        for (int length = 0; length < sealed.length; length++) {
            assertThat(b.open(sealed, 0, length)).isInstanceOf(SealBox.Failure.class);
        }
        assertThat(b.open(sealed, 0, sealed.length)).isEqualTo(PLAIN);
    }

    @Test
    void randomBytesAreRefused() {
        SealBox box = box("secret of the cluster", "c");
        Random random = new Random(1);
        for (int i = 0; i < 3_000; i++) {
            byte[] bytes = new byte[random.nextInt(1500)];
            random.nextBytes(bytes);
            assertThat(box.open(bytes, 0, bytes.length)).isInstanceOf(SealBox.Failure.class);
        }
    }

    @Test
    void theWindowTakesEachCounterOnceInAnyOrder() {
        ReplayWindow window = new ReplayWindow();
        Random random = new Random(3);
        List<Long> counters = new ArrayList<>();
        for (long c = 1; c <= 50_000; c++) {
            counters.add(c);
        }
        for (int i = 0; i + 1000 <= counters.size(); i += 1000) {
            Collections.shuffle(counters.subList(i, i + 1000), random);
        }
        for (long counter : counters) {
            assertThat(window.accept(counter)).isTrue();
            assertThat(window.accept(counter)).isFalse();
        }
        assertThat(window.accept(50_000 - ReplayWindow.SIZE)).isFalse();
        assertThat(window.accept(0)).isFalse();
        assertThat(window.accept(Long.MAX_VALUE)).isTrue();
        assertThat(window.accept(50_001)).isFalse();
    }

    @Test
    void aSecretThatIsShortOrOpenToOthersIsRefusedWithTheRemedy(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("secret");
        TestNode.writeSecret(file, "short");
        assertThatThrownBy(() -> ClusterSecret.read(file, "c")).hasMessageContaining("has 5 bytes, needs at least 16");
        TestNode.writeSecret(file, "0123456789abcdef");
        assertThat(ClusterSecret.read(file, "c")).isNotNull();
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        assertThatThrownBy(() -> ClusterSecret.read(file, "c")).hasMessageContaining("chmod 600");
    }

    private static SealBox box(String secret, String cluster) {
        return new SealBox(new ClusterSecret(secret.getBytes(UTF_8), cluster), new SecureRandom());
    }
}
