import { environmentFolder, packagesFolder } from '../environments/pip-program.js';

/** What both programs begin with: they serve one gateway, which has the token that is in the file `argv[1]`. */
const server = `
import hmac, http.server, os, sys, tarfile

port, token = int(sys.argv[2]), open(sys.argv[1]).read().strip()


class Gateway(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    timeout = 60

    def is_gateway(self):
        given = self.headers.get('Authorization', '').encode('latin-1')
        if hmac.compare_digest(given, b'token ' + token.encode()):
            return True
        self.close_connection = True
        self.send_error(403)
        return False

    def log_message(self, *_):
        pass

`;

/** In chunks, so that an archive that is not complete is not taken for one that is. */
const sendProgram = `${server}
class Chunks:
    def __init__(self, file):
        self.file = file

    def write(self, data):
        if data:
            self.file.write(b'%x\\r\\n%b\\r\\n' % (len(data), data))


class Sender(Gateway):
    def do_GET(self):
        if not self.is_gateway():
            return
        self.close_connection = True
        self.send_response(200)
        self.send_header('Transfer-Encoding', 'chunked')
        self.end_headers()
        with tarfile.open(fileobj=Chunks(self.wfile), mode='w|', format=tarfile.GNU_FORMAT) as archive:
            archive.add('${packagesFolder}', 'site')
        self.wfile.write(b'0\\r\\n\\r\\n')


http.server.HTTPServer(('', port), Sender).serve_forever()
`;

/** It ends once the archive is unpacked. */
const receiveProgram = `${server}
class Body:
    def __init__(self, file, length):
        self.file, self.left = file, length

    def read(self, size):
        data = self.file.read(min(size, self.left))
        self.left -= len(data)
        return data


class Receiver(Gateway):
    def do_PUT(self):
        if not self.is_gateway():
            return
        self.close_connection = True
        body = Body(self.rfile, int(self.headers['Content-Length']))
        with tarfile.open(fileobj=body, mode='r|') as archive:
            archive.extraction_filter = getattr(tarfile, 'data_filter', None)
            archive.extractall('${environmentFolder}')
        while body.read(1 << 20):
            pass
        self.send_response(204)
        self.end_headers()
        if body.left == 0:
            self.server.is_done = True


receiver = http.server.HTTPServer(('', port), Receiver)
receiver.is_done = False
while not receiver.is_done:
    receiver.handle_request()
`;

/** The command of a container that gives the installed packages to the gateway, as a tar archive. */
export function sendCommand(tokenFile: string, port: number): string[] {
  return ['python', '-I', '-c', sendProgram, tokenFile, String(port)];
}

/** The command of a container that takes the packages from the gateway, as a tar archive. */
export function receiveCommand(tokenFile: string, port: number): string[] {
  return ['python', '-I', '-c', receiveProgram, tokenFile, String(port)];
}
