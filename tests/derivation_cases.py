"""Derivations that are right, in unusual order, with skipped steps, in a style of their own: declarations and lines."""

RIGHT = [
    ("x: scalar", ["diff(sin(x)^2, x) = 2*sin(x)*cos(x)", "= sin(2*x)"]),
    ("x: scalar", ["diff((x^2 + 1)^3*exp(2*x), x) = 2*(x^2 + 1)^2*exp(2*x)*(x^2 + 3*x + 1)"]),
    (
        "x: positive scalar",
        [
            "u := x*log(x)",
            "x^x = exp(u)",
            "diff(exp(u), x) = exp(u)*diff(u, x)",
            "= exp(u)*(log(x) + 1)",
            "= x^x*(1 + log(x))",
        ],
    ),
    (
        "x: scalar",
        [
            "1/(1 + exp(-x)) = exp(x)/(1 + exp(x))",
            "= sigmoid(x)",
            "diff(sigmoid(x), x) = exp(x)/(1 + exp(x))^2",
            "= sigmoid(x)*sigmoid(-x)",
        ],
    ),
    (
        "x, a, b: scalar",
        ["diff(sin(a*x + b)^3, x) = 3*a*sin(a*x + b)^2*cos(a*x + b)", "= 3*a*(1 - cos(a*x + b)^2)*cos(a*x + b)"],
    ),
    (
        "x: scalar",
        [
            "diff(tan(x), x) = (cos(x)*cos(x) - sin(x)*(-sin(x)))/cos(x)^2",
            "= (cos(x)^2 + sin(x)^2)/cos(x)^2",
            "= 1/cos(x)^2",
            "= 1 + tan(x)^2",
        ],
    ),
    ("x: scalar", ["2*x/(x^2 + 1) = diff(log(x^2 + 1), x)"]),
    ("x: scalar", ["diff(atan(1/x), x) = (-1/x^2)/(1 + 1/x^2)", "= -1/(x^2 + 1)"]),
    ("x: scalar", ["diff(abs(x)^3, x) = 3*x*abs(x)"]),
    (
        "x: scalar",
        [
            "diff(x*sqrt(1 - x^2) + asin(x), x) = sqrt(1 - x^2) - x^2/sqrt(1 - x^2) + 1/sqrt(1 - x^2)",
            "= 2*sqrt(1 - x^2)",
        ],
    ),
    ("x: scalar", ["diff(exp(x)*sin(x), x, 2) = 2*exp(x)*cos(x)"]),
    ("x: scalar", ["diff(x^2*exp(x), x, 3) = exp(x)*(x^2 + 6*x + 6)"]),
    ("x: scalar; f, g: function", ["diff(f(x)*g(x), x, 2) = f''(x)*g(x) + 2*f'(x)*g'(x) + f(x)*g''(x)"]),
    ("x: scalar; f, g: function", ["diff(f(g(x)), x, 2) = f''(g(x))*g'(x)^2 + f'(g(x))*g''(x)"]),
    ("x: scalar; f: function", ["diff(1/f(x), x) = -f'(x)/f(x)^2"]),
    (
        "x, y: scalar",
        [
            "diff(x^2*y + sin(x*y), x) = 2*x*y + y*cos(x*y)",
            "diff(2*x*y + y*cos(x*y), y) = 2*x + cos(x*y) - x*y*sin(x*y)",
        ],
    ),
    ("x: scalar", ["by x", "y := x^3 - 3*x", "dy = (3*x^2 - 3)*dx", "dy/dx = 3*(x - 1)*(x + 1)"]),
    ("x: scalar", ["d(x^2*sin(x)) = 2*x*sin(x)*dx + x^2*cos(x)*dx", "= x*(2*sin(x) + x*cos(x))*dx"]),
    ("x: scalar", ["diff(log(cosh(x)), x) = sinh(x)/cosh(x)", "= tanh(x)", "= 1 - 2/(exp(2*x) + 1)"]),
    ("x: scalar", ["(1 - tanh(x)^2)*cosh(x)^2 = 1"]),
    ("t: scalar", ["diff(exp(-t)*(cos(2*t) + sin(2*t)/2), t) = -exp(-t)*(5/2)*sin(2*t)"]),
    ("x: scalar", ["diff(x/(1 + abs(x)), x) = 1/(1 + abs(x))^2"]),
    ("x: scalar", ["diff(log(x + sqrt(x^2 + 1)), x) = (1 + x/sqrt(x^2 + 1))/(x + sqrt(x^2 + 1))", "= 1/sqrt(x^2 + 1)"]),
    ("a, x: positive scalar", ["diff(log(a*x), x) = diff(log(a) + log(x), x)", "= 1/x"]),
    ("x: positive scalar", ["diff(sqrt(x*sqrt(x)), x) = diff(x^(3/4), x)", "= (3/4)*x^(-1/4)"]),
    ("x: scalar", ["diff(cos(x)^4 - sin(x)^4, x) = diff(cos(2*x), x)", "= -2*sin(2*x)", "= -4*sin(x)*cos(x)"]),
    (
        "x: vector(n); A: matrix(n, n)",
        [
            "d(x'*A*x) = dx'*A*x + x'*A*dx",
            "= x'*A'*dx + x'*A*dx",
            "= x'*(A + A')*dx",
            "= ((A + A')*x)'*dx",
            "grad(x'*A*x, x) = (A + A')*x",
        ],
    ),
    (
        "x: vector(n); A: symmetric(n); b: vector(n)",
        ["grad(x'*A*x/2 - b'*x, x) = A*x - b", "hessian(x'*A*x/2 - b'*x, x) = A"],
    ),
    (
        "x: vector(n)",
        [
            "grad(norm2(x), x) = x/norm2(x)",
            "hessian(norm2(x), x) = eye(n)/norm2(x) - x*x'/norm2(x)^3",
            "= (eye(n) - x*x'/norm2(x)^2)/norm2(x)",
        ],
    ),
    ("x, y: vector(n)", ["grad(x'*y/(norm2(x)*norm2(y)), x) = y/(norm2(x)*norm2(y)) - (x'*y)*x/(norm2(x)^3*norm2(y))"]),
    ("x: vector(n); A: matrix(m, n); b: vector(m)", ["grad(sum(log(1 + exp(A*x - b))), x) = A'*sigmoid(A*x - b)"]),
    (
        "x: vector(n)",
        ["jacobian(softmax(x), x) = diag(softmax(x)) - softmax(x)*softmax(x)'", "grad(logsumexp(x), x) = softmax(x)"],
    ),
    (
        "x: vector(n); y: vector(n)",
        ["grad(sum((x - y).^2)/n, x) = 2*(x - y)/n", "grad(mean((x - y).^2), x) = (2/n)*(x - y)"],
    ),
    ("X: matrix(n, n)", ["d(X*X) = dX*X + X*dX", "d(X^3) = dX*X^2 + X*dX*X + X^2*dX"]),
    (
        "X: matrix(n, n)",
        [
            "d(X*inv(X)) = dX*inv(X) + X*d(inv(X))",
            "d(inv(X)) = -inv(X)*dX*inv(X)",
            "grad(tr(inv(X)), X) = -(inv(X)*inv(X))'",
        ],
    ),
    ("X: matrix(n, n); A, B: matrix(n, n)", ["grad(tr(A*X*B), X) = grad(tr(B*A*X), X)", "= A'*B'", "= (B*A)'"]),
    (
        "X: matrix(m, n); A: matrix(m, m)",
        [
            "d(tr(X'*A*X)) = tr(dX'*A*X) + tr(X'*A*dX)",
            "= tr(X'*A'*dX) + tr(X'*A*dX)",
            "= tr(((A + A')*X)'*dX)",
            "grad(tr(X'*A*X), X) = (A + A')*X",
        ],
    ),
    ("X: matrix(n, n)", ["d(det(X)) = det(X)*tr(inv(X)*dX)", "= tr(adj(X)*dX)", "grad(det(X), X) = det(X)*inv(X)'"]),
    ("P: spd(n); x: vector(n)", ["grad(logdet(P) + x'*inv(P)*x, P) = inv(P) - inv(P)*x*x'*inv(P)"]),
    ("A, B: matrix(n, n)", ["(A + B)^2 - (A - B)^2 = 2*(A*B + B*A)"]),
    ("A, B: matrix(n, n)", ["(A*B)' = B'*A'", "tr(A*B - B*A) = 0", "det(A*B) = det(B*A)"]),
    ("A: matrix(m, n); B: matrix(n, p); C: matrix(p, q)", ["vec(A*B*C) = kron(C', A)*vec(B)"]),
    (
        "A: spd(n); u: vector(n)",
        [
            "inv(A + u*u') = inv(A) - inv(A)*u*u'*inv(A)/(1 + u'*inv(A)*u)",
            "logdet(A + u*u') = logdet(A) + log(1 + u'*inv(A)*u)",
        ],
    ),
    (
        "X: matrix(m, n); W: matrix(n, p); b: vector(p); Y: matrix(m, p)",
        [
            "grad(sum((X*W + ones(m)*b' - Y).^2)/2, W) = X'*(X*W + ones(m)*b' - Y)",
            "grad(sum((X*W + ones(m)*b' - Y).^2)/2, b) = (X*W + ones(m)*b' - Y)'*ones(m)",
        ],
    ),
    (
        "w: vector(n); x: vector(n); y: scalar",
        ["p := sigmoid(w'*x)", "grad(-y*log(p) - (1 - y)*log(1 - p), w) = (p - y)*x"],
    ),
    ("x: vector(n); a: vector(n)", ["hessian(log(1 + exp(a'*x)), x) = sigmoid(a'*x)*(1 - sigmoid(a'*x))*a*a'"]),
    ("A: matrix(n, n); t: scalar", ["diff(expm(t*A), t) = A*expm(t*A)", "= expm(t*A)*A"]),
    ("S: symmetric(n); x: vector(n)", ["x'*S' = x'*S", "grad((x'*S*x)^2, x) = 4*(x'*S*x)*S*x"]),
    ("x: scalar", ["sqrt(x^2) = abs(x)", "diff(sqrt(x^2), x) = sign(x)"]),
    ("x: scalar", ["diff(max(x, 0)^2, x) = 2*max(x, 0)"]),
    ("Q: orthogonal(n); x: vector(n)", ["norm2(Q*x)^2 = x'*Q'*Q*x", "= x'*x", "grad(norm2(Q*x)^2, x) = 2*x"]),
    (
        "x: vector(n); A: matrix(n, n)",
        ["jacobian(tanh(A*x), x) = diag(1 - tanh(A*x).^2)*A", "grad(sum(tanh(A*x)), x) = A'*(1 - tanh(A*x).^2)"],
    ),
    ("x: scalar", ["diff(x^3/3 - x, x) - (x^2 - 1) = 0"]),
    (
        "x: scalar",
        [
            "diff((x - 1)*(x - 2)*(x - 3), x) = (x - 2)*(x - 3) + (x - 1)*(x - 3) + (x - 1)*(x - 2)",
            "= 3*x^2 - 12*x + 11",
        ],
    ),
    (
        "X: matrix(m, n); c: positive scalar",
        [
            "M := X'*X + c*eye(n)",
            "dM = dX'*X + X'*dX",
            "d(logdet(M)) = tr(inv(M)*dM) = 2*tr(inv(M)*X'*dX)",
            "grad(logdet(M), X) = 2*X*inv(M)",
        ],
    ),
    (
        "x: vector(n); A: matrix(m, n); b: vector(m)",
        ["r := A*x - b", "f := sqrt(r'*r)", "df = r'*dr/f", "= r'*A*dx/f", "grad(f, x) = A'*r/f"],
    ),
    ("x: scalar", ["2 + 3 = 5", "x + x = 2*x", "x - x = 0"]),
    (
        "theta, r: scalar",
        [
            "jacobian([r*cos(theta), r*sin(theta)], [r, theta])",
            "= [cos(theta), -r*sin(theta); sin(theta), r*cos(theta)]",
            "det(jacobian([r*cos(theta), r*sin(theta)], [r, theta])) = r",
        ],
    ),
    ("x: scalar", ["diff(erf(x/sqrt(2))/2, x) = exp(-x^2/2)/sqrt(2*pi)"]),
    ("x: scalar", ["d/dx (x^2 sin(x)) = 2x sin(x) + x^2 cos(x)"]),
]
